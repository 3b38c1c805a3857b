/** Tests that do not pass somewhere, and why that is no fault of the package. */
export interface Known {
  runtimes: readonly string[];
  package: string;
  /** A part of the name of the test, or of several. */
  tests: readonly string[];
  /** For the table: reads on from "3 cases". */
  why: string;
  /** Not run at all, since it would not end. */
  hangs?: true;
}

export const WEB: readonly string[] = ['workerd', 'chromium', 'firefox'];

/** Left out everywhere: they look for the names of source files in a stack, and a bundle has others. */
export const LEFT_OUT: readonly string[] = ['has its name, its message and a code'];

/** What a test says when it needs something that is not there, and could not know it. It was not run, then. */
export const NEEDS: readonly { package: string; says: RegExp; needs: string }[] = [
  {
    package: 'pdfkit',
    says: /\bdoc\.(destroy|setEncoding|read) is not a function/,
    needs: 'the Node.js stream that a document of PDFKit is there',
  },
  {
    package: 'pdfkit',
    says: /\bdrawn\d* is undefined|'data' of 'drawn|of undefined \(reading 'data'\)/,
    needs: 'the pixels that pdf.js takes out of a PDF in Node.js',
  },
  // Pictures that could not be read are empty.
  { package: 'pdfkit', says: /the image has no bytes/, needs: 'files' },
];

export const KNOWN: readonly Known[] = [
  {
    runtimes: ['bun'],
    package: 'core',
    tests: [
      'a server that breaks off > ',
      'a Response > is taken from a server',
      'a Response > whose body is locked is an error',
      'is let go when the server hangs up',
    ],
    why: 'quote the errors of the `fetch` of Node.js; that of Bun has other words, and may lose what came just before the connection broke',
  },
  {
    runtimes: ['deno'],
    package: 'core',
    tests: ['a server that breaks off > ', 'its body is not taken in, and not waited for'],
    why: 'quote the errors of the `fetch` of Node.js; that of Deno has other words, and does not tell the reason behind a status',
  },
  {
    runtimes: ['workerd'],
    package: 'core',
    tests: [
      'in copies of at most 64 KiB, whatever the cursor',
      'while it is read, and is not torn',
      'reads no more than it is asked for',
    ],
    why: 'expect chunks of 64 KiB; workerd asks a byte stream for 4 KiB at a time',
  },
  {
    runtimes: ['deno'],
    package: 'node',
    tests: ['writes directly to what is not a regular file'],
    why: 'waits for ever: Deno blocks while it writes to a pipe, and so never reads from the other end',
    hangs: true,
  },
  {
    runtimes: ['deno'],
    package: 'node',
    tests: ['to a device that is full is an error that names it'],
    why: 'quotes an error of Node.js; that of Deno has the same code and other words',
  },
  {
    runtimes: ['deno'],
    package: 'node',
    tests: ['when the process ends > '],
    why: 'start a program with `node -e`, which Deno has not',
  },
  {
    runtimes: ['deno'],
    package: 'pdfkit',
    tests: ['a damaged PNG ends the process of plain PDFKit, and placeImage() rejects > '],
    why: 'start a program with `node -e`, which Deno has not',
  },
  {
    runtimes: ['bun'],
    package: 'pdfkit',
    tests: ['when PDFKit fails while it ends'],
    why: 'quotes an error of V8',
  },
  {
    runtimes: WEB,
    package: 'pdfkit',
    tests: [
      'when the document was written before',
      'when the document was drained before',
      'when PDFKit refuses an option',
      'says of a document that was written before that it has to be drawn anew',
    ],
    why: 'quote errors of PDFKit in Node.js; those of its build for browsers have other words',
  },
  {
    runtimes: WEB,
    package: 'pdfkit',
    tests: [
      'the callback pipes the document elsewhere',
      'when the callback pipes it elsewhere',
      'when the callback reads it',
      'when somebody waits for it to be readable',
      'when it is aborted during, and destroys the document',
    ],
    why: 'expect a Node.js stream, which tells who else reads it; a document of PDFKit in browsers does not, and everybody gets the whole of it',
  },
  {
    runtimes: WEB,
    package: 'pdfkit',
    tests: ['a JPEG that is cut off in its '],
    why: 'read a photograph from a file, which a page cannot',
  },
  {
    runtimes: WEB,
    package: 'pdfkit',
    tests: ['as a document: an instance of PassThrough'],
    why: 'quotes the name of a class, which the bundler has changed',
  },
  {
    runtimes: ['workerd'],
    package: 'pdfkit',
    tests: [
      'of a picture with alpha, text, shapes and a file is read by pdf.js',
      'of an image that is placed twice is read by pdf.js',
      'waits for an image that PDFKit decodes in the background',
      'of 1970 has the same bytes again at another time',
      'more pixels than maxPixels before it inflates anything',
      'a stream that is used again is another image',
      'takes an image again that failed for its budget',
      'draws where and how it is told, and returns the document',
      'draws the pixels of ',
    ],
    why: 'draw a PNG with alpha or of many bits, which PDFKit decodes in a `Worker`; workerd has none, and the error says so',
  },
  {
    runtimes: ['chromium', 'firefox'],
    package: 'jszip',
    tests: [
      'when the library fails midway',
      'when the source was used before',
      'when the source never ends',
      'when a stream that JSZip holds ',
    ],
    why: 'give JSZip a Node.js stream, which it refuses in browsers: “Can’t read the data of …”',
  },
  {
    runtimes: ['workerd'],
    package: 'jszip',
    tests: ['hands out an endless entry while it comes'],
    why: 'never ends: a `CompressionStream` of workerd takes in all that comes, whether it is read or not',
    hangs: true,
  },
  {
    runtimes: WEB,
    package: 'pngjs',
    tests: ['when zlib refuses a level'],
    why: 'quotes an error of `node:zlib`; that of pngjs in browsers has other words',
  },
];
