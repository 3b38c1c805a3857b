// Mail: sends a PDF and a ZIP straight from memory, and takes a mail into memory on the other side, with a limit.
// npm install @memio/core @memio/jszip @memio/pdfkit jszip nodemailer pdfkit smtp-server
// Runs in Node.js.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BytesIO, b, isMemioError } from '@memio/core';
import { writeZip } from '@memio/jszip';
import { writePdf } from '@memio/pdfkit';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';

/** Sends `files` as attachments, without a copy of their bytes. Until it settles they must not change their size. */
export async function sendFiles(smtp: string, to: string, files: Record<string, BytesIO>): Promise<string> {
  const transport = createTransport(smtp);
  const views = Object.values(files).map((io) => io.getbuffer());
  // nodemailer takes no Uint8Array, but the same memory as a Buffer.
  const contents = views.map(({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length));
  const attachments = Object.keys(files).map((filename, index) => ({ filename, content: contents[index] }));
  try {
    const subject = `Your ${Object.keys(files).join(' and ')}`;
    const text = 'Thank you for your order.\n';
    const { response } = await transport.sendMail({ from: 'shop@example.com', to, subject, text, attachments });
    return response;
  } finally {
    transport.close();
    for (const view of views) view.release();
  }
}

/** A server that hands over the source of each mail. A mail of more than `maxBytes` is refused with 552. */
export function createMailbox(maxBytes: number, deliver: (mail: BytesIO) => void): SMTPServer {
  return new SMTPServer({
    size: maxBytes, // tells it to the clients; those who send more all the same are stopped below
    disabledCommands: ['AUTH', 'STARTTLS'],
    async onData(stream, _session, done) {
      try {
        deliver(await BytesIO.from(stream, { maxBytes }));
        done();
      } catch (error) {
        done(Object.assign(error as Error, { responseCode: isMemioError(error, 'ERR_MEMIO_LIMIT') ? 552 : 451 }));
      }
    },
  });
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const pdf = await writePdf((doc) => doc.fontSize(24).text('Invoice 1042'), { size: 'A4' });
  const zip = await writeZip({ 'terms.txt': 'Payable within 30 days.\n', 'orders.csv': b`id,amount\n1042,79.00\n` });
  const received: Record<string, BytesIO> = {};
  const mailbox = createMailbox(2 ** 20, (mail) => Object.assign(received, { 'message.eml': mail }));
  try {
    await once(mailbox.listen(0, '127.0.0.1'), 'listening');
    const url = `smtp://127.0.0.1:${(mailbox.server.address() as AddressInfo).port}`;
    console.log(await sendFiles(url, 'ada@example.com', { 'invoice.pdf': pdf, 'order.zip': zip }));
    const lines = received['message.eml']?.text().match(/^(Subject|To|Content-Disposition):.*/gm);
    console.log(lines?.join('\n'));
    return received;
  } finally {
    mailbox.close();
  }
}
