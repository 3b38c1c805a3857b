/** What TypeScript says of a call. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@memio/workspace';
import type { Consumer } from './matrix.ts';

/** Inside of this package, where the libraries are found. */
const OUT = join(ROOT, 'tools/interop/out');

/** What the code of the consumers uses, on one line. */
const DECLARATIONS = [
  "import { BytesIO } from '@memio/core'; import { createReadStream, toBuffer } from '@memio/node';",
  "import * as fs from 'node:fs'; import { Readable, type Writable } from 'node:stream'; import { pipeline } from 'node:stream/promises';",
  "import { NextResponse } from 'next/server.js'; import axios from 'axios'; import got from 'got'; import { request } from 'undici';",
  "import { PutObjectCommand } from '@aws-sdk/client-s3'; import FormDataPackage from 'form-data'; import nodeFetch from 'node-fetch';",
  "import AdmZip from 'adm-zip'; import { parse } from 'csv-parse/sync'; import { Jimp } from 'jimp'; import sharp from 'sharp';",
  "declare const url: string, path: string, writable: Writable, port: import('node:worker_threads').MessagePort;",
  "declare const response: import('express').Response, reply: import('fastify').FastifyReply, ctx: import('koa').Context;",
  "declare const context: import('hono').Context, socket: import('ws').WebSocket, form: FormDataPackage;",
  "declare const transport: import('nodemailer').Transporter, data: FormData, io: BytesIO;",
].join(' ');

/** The code of the error that TypeScript reports, such as `TS2345`, for each call; `undefined` without one. */
export async function typeErrors(
  calls: readonly { consumer: Consumer; handed: string }[],
): Promise<(string | undefined)[]> {
  mkdirSync(OUT, { recursive: true });
  const folder = mkdtempSync(join(OUT, 'types-'));
  try {
    const lines = calls.map(
      ({ consumer, handed }) => `async () => { const x = ${expressionOf(handed)}; ${consumer.code}; };`,
    );
    writeFileSync(join(folder, 'calls.ts'), [DECLARATIONS, ...lines].join('\n'));
    const options = {
      target: 'ES2022',
      module: 'nodenext',
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
    };
    const lib = ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'];
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...options, lib }, files: ['calls.ts'] }),
    );
    const output = await tsc(folder);
    const found = new Map(
      [...output.matchAll(/calls\.ts\((\d+),\d+\): error (TS\d+)/g)].map(([, line, code]) => [Number(line), code]),
    );
    if (found.has(1)) throw new Error(`Cannot compile the declarations: ${output}`);
    return calls.map((_, index) => found.get(index + 2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function expressionOf(handed: string): string {
  if (handed === 'BytesIO') return 'io';
  return /^(createReadStream|toBuffer)/.test(handed) ? handed.replace('()', '(io)') : `io.${handed}`;
}

const tsc = (folder: string): Promise<string> =>
  new Promise((resolve) => {
    const args = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'];
    execFile(process.execPath, args, { cwd: folder, timeout: 60_000 }, (error, stdout) =>
      resolve(error ? stdout || String(error) : ''),
    );
  });
