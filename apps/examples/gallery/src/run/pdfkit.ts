// PDFKit as its documentation tells browsers to use it: there the standard fonts have to be registered.
import PDFDocument, { registerStdFonts } from 'pdfkit';
import Courier from 'pdfkit/standard-fonts/Courier';
import Helvetica from 'pdfkit/standard-fonts/Helvetica';
import HelveticaBold from 'pdfkit/standard-fonts/HelveticaBold';
import HelveticaOblique from 'pdfkit/standard-fonts/HelveticaOblique';

registerStdFonts(Courier, Helvetica, HelveticaBold, HelveticaOblique);

export default PDFDocument;
