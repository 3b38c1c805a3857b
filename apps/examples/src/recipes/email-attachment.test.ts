import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { BytesIO, b } from '@memio/core';
import { unzipSync } from 'fflate';
import { simpleParser } from 'mailparser';
import type { SMTPServer } from 'smtp-server';
import { extractText } from 'unpdf';
import { afterEach, describe, expect, it, vi } from 'vitest';
import main, { createMailbox, sendFiles } from './email-attachment.ts';

const mailboxes: SMTPServer[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const mailbox of mailboxes.splice(0)) await new Promise<void>((resolve) => mailbox.close(resolve));
});

async function listen(maxBytes: number, deliver: (mail: BytesIO) => void): Promise<string> {
  const mailbox = createMailbox(maxBytes, deliver);
  mailboxes.push(mailbox);
  await once(mailbox.listen(0, '127.0.0.1'), 'listening');
  return `smtp://127.0.0.1:${(mailbox.server.address() as AddressInfo).port}`;
}

/** A client that announces no size: says `lines` one after the other, each when the one before was answered. */
async function talk(url: string, lines: string[]): Promise<string[]> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
  const answers: string[] = [];
  const waiting = [
    '',
    'HELO test\r\n',
    'MAIL FROM:<a@example.com>\r\n',
    'RCPT TO:<b@example.com>\r\n',
    'DATA\r\n',
    ...lines,
  ];
  for (const line of waiting) {
    socket.write(line);
    answers.push(((await once(socket, 'data')) as [string])[0]);
  }
  socket.destroy();
  return answers.slice(5);
}

describe('sendFiles', () => {
  it('attaches every byte, as mailparser reads it', async () => {
    const files = {
      'all bytes.bin': new BytesIO(
        Uint8Array.from({ length: 100_003 }, (_, index) => (index * 7 + (index >> 8)) & 255),
      ),
      'Übersicht.txt': new BytesIO(b`.\r\n.\nFrom here\r\r\n`),
      'empty.txt': new BytesIO(),
    };
    files['all bytes.bin'].seek(50);
    const mails: BytesIO[] = [];
    const response = await sendFiles(await listen(10 ** 6, (mail) => mails.push(mail)), 'ada@example.com', files);
    expect(response).toMatch(/^250 /);
    expect(mails).toHaveLength(1);
    const parsed = await simpleParser(Buffer.from(mails[0]!.read()));
    expect(parsed.subject).toBe('Your all bytes.bin and Übersicht.txt and empty.txt');
    expect(parsed.text).toBe('Thank you for your order.\n');
    expect(parsed.attachments.map(({ filename }) => filename)).toEqual(Object.keys(files));
    for (const [index, io] of Object.values(files).entries())
      expect(parsed.attachments[index]!.content.equals(io.getvalue())).toBe(true);
  });

  it('gives the memory back when there is no server', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const io = new BytesIO(b`content`);
    await expect(sendFiles(`smtp://127.0.0.1:${port}`, 'a@example.com', { 'a.txt': io })).rejects.toMatchObject({
      code: 'ESOCKET',
    });
    io.close();
    expect(io.closed).toBe(true);
  });

  it('rejects when the mail is refused, and gives the memory back', async () => {
    const io = new BytesIO(new Uint8Array(200_000));
    const url = await listen(100_000, () => expect.unreachable());
    await expect(sendFiles(url, 'a@example.com', { 'a.bin': io })).rejects.toMatchObject({ responseCode: 552 });
    io.close();
    expect(io.closed).toBe(true);
  });
});

describe('createMailbox', () => {
  it('refuses with 552 what is larger than announced, and takes the next mail', async () => {
    const mails: BytesIO[] = [];
    const url = await listen(1000, (mail) => mails.push(mail));
    const large = `${'x'.repeat(76)}\r\n`.repeat(100_000);
    expect((await talk(url, [`${large}.\r\n`]))[0]).toMatch(/^552 .*maxBytes is 1000/);
    expect((await talk(url, ['Subject: small\r\n\r\n..dot\r\n.\r\n']))[0]).toMatch(/^250 /);
    expect(mails.map((mail) => mail.text())).toEqual(['Subject: small\r\n\r\n.dot\r\n']);
  });

  it('answers 451 when a mail cannot be delivered', async () => {
    const url = await listen(1000, () => {
      throw new Error('the disk is full');
    });
    expect((await talk(url, ['Subject: a\r\n\r\n.\r\n']))[0]).toBe('451 the disk is full\r\n');
  });

  it.each(['end', 'reset'] as const)('delivers nothing of a mail that is cut off (%s)', async (how) => {
    const deliver = vi.fn();
    const url = await listen(1000, deliver);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    for (const line of ['HELO test\r\n', 'MAIL FROM:<a@example.com>\r\n', 'RCPT TO:<b@example.com>\r\n', 'DATA\r\n']) {
      await once(socket, 'data');
      socket.write(line);
    }
    await once(socket, 'data');
    await new Promise<void>((resolve) => socket.write('Subject: half\r\n\r\nha', () => resolve()));
    if (how === 'reset') socket.resetAndDestroy();
    else socket.end().resume();
    await once(socket, 'close');
    expect((await talk(url, ['Subject: next\r\n\r\n.\r\n']))[0]).toMatch(/^250 /);
    expect(deliver).toHaveBeenCalledTimes(1);
  });
});

describe('main', () => {
  it('delivers a PDF and a ZIP that can be opened', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const { 'message.eml': mail } = await main();
    const [pdf, zip] = (await simpleParser(Buffer.from(mail!.read()))).attachments;
    expect([pdf!.filename, pdf!.contentType, zip!.filename, zip!.contentType]).toEqual([
      'invoice.pdf',
      'application/pdf',
      'order.zip',
      'application/zip',
    ]);
    expect((await extractText(new Uint8Array(pdf!.content))).text.join()).toContain('Invoice 1042');
    expect(new TextDecoder().decode(unzipSync(zip!.content)['orders.csv'])).toBe('id,amount\n1042,79.00\n');
    const [response, headers] = log.mock.calls.flat();
    expect(response).toMatch(/^250 /);
    expect(headers).toContain('Subject: Your invoice.pdf and order.zip');
  });
});
