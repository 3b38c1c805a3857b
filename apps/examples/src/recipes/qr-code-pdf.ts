// QR code: drawn as a PNG in memory and placed into a PDF, a ticket that a scanner reads from paper or a screen.
// npm install @memio/core @memio/pdfkit @memio/pngjs pdfkit pngjs qrcode
// Runs in browsers and Node.js.

import type { BytesIO } from '@memio/core';
import { placeImage, writePdf } from '@memio/pdfkit';
import { writePng } from '@memio/pngjs';
import { create } from 'qrcode';

export interface Ticket {
  event: string;
  place: string;
  date: string;
  name: string;
  seat: string;
  /** What the scanner at the door reads. */
  code: string;
}

/** A QR code of whole pixels, so that no module is blurred, in the white frame of 4 modules that readers need. */
export function writeQrCode(text: string, pixelsPerModule = 8): Promise<BytesIO> {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const size = (modules.size + 8) * pixelsPerModule;
  const data = new Uint8Array(size * size).fill(255);
  for (let y = 0; y < size; y++) {
    const row = Math.floor(y / pixelsPerModule) - 4;
    for (let x = 0; x < size; x++) {
      const column = Math.floor(x / pixelsPerModule) - 4;
      const inside = Math.min(row, column) >= 0 && Math.max(row, column) < modules.size;
      if (inside && modules.get(row, column)) data[y * size + x] = 0;
    }
  }
  return writePng({ width: size, height: size, data }, { colorType: 0, inputColorType: 0 });
}

/** A ticket of 360 x 160 points (127 x 56 mm); the code is 46 mm wide. */
export async function writeTicket({ event, place, date, name, seat, code }: Ticket): Promise<BytesIO> {
  using qrCode = await writeQrCode(code);
  return writePdf(
    async (doc) => {
      doc.rect(0, 0, 360, 160).fill('#f8fafc').rect(0, 0, 8, 160).fill('#1d4ed8');
      await placeImage(doc, qrCode, 215, 15, { width: 130 });
      doc.fillColor('#0f172a').font('Helvetica-Bold', 18).text(event, 28, 20, { width: 180 }).moveDown(0.3);
      doc.font('Helvetica', 10).fillColor('#475569').text(place, { width: 180 }).text(date, { width: 180 });
      doc.fillColor('#0f172a').font('Helvetica-Bold', 11).text(name, 28, 112).font('Helvetica', 10).text(seat);
      doc.save().moveTo(208, 0).lineTo(208, 160).dash(3, {}).lineWidth(0.75).stroke('#94a3b8').restore();
    },
    { size: [360, 160], margin: 0, info: { Title: `${event}, ${seat}` } },
  );
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const code = 'https://tickets.example/t/8F3K-22QX-71';
  const ticket = { event: 'Concert in the Harbour', place: 'Pier 7, Hamburg', date: '14 June 2025, 20:00' };
  const pdf = await writeTicket({ ...ticket, name: 'Ada Lovelace', seat: 'Row 4, seat 12', code });
  const png = await writeQrCode(code);
  console.log(`A ticket (${pdf.size} bytes), and its QR code alone (${png.size} bytes), for ${code}`);
  return { 'ticket.pdf': pdf, 'qr-code.png': png };
}
