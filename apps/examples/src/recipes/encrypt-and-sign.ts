// Encrypt and sign: SHA-256, HMAC and AES-GCM with a key made of a password, by WebCrypto, on a stream in memory.
// npm install @memio/core
// Runs in browsers and Node.js.

import { BytesIO, b } from '@memio/core';

/** SHA-256 of the whole stream, in hexadecimal. Browsers have `crypto.subtle` on https: and localhost only. */
export async function sha256(stream: BytesIO): Promise<string> {
  using bytes = stream.getbuffer();
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A key of a secret that both sides have, 32 random bytes. */
export const signingKey = (secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);

/** HMAC-SHA-256 of the whole stream, 32 bytes. */
export async function sign(stream: BytesIO, key: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  using bytes = stream.getbuffer();
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes));
}

export async function verify(stream: BytesIO, key: CryptoKey, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
  using bytes = stream.getbuffer();
  return await crypto.subtle.verify('HMAC', key, signature, bytes);
}

async function passwordKey(password: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', b`${password}`, 'PBKDF2', false, ['deriveKey']);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 600_000 }; // as OWASP advised in 2023
  return crypto.subtle.deriveKey(algorithm, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** The whole stream, encrypted: 16 bytes of salt, 12 of IV, both new each time, then the ciphertext with its tag. */
export async function encrypt(stream: BytesIO, password: string): Promise<BytesIO> {
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))];
  const key = await passwordKey(password, salt);
  using bytes = stream.getbuffer();
  const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes);
  return BytesIO.adopt(b`${salt}${iv}${new Uint8Array(ciphertext)}`);
}

/** What `encrypt` made, from the cursor to the end. */
export async function decrypt(encrypted: BytesIO, password: string): Promise<BytesIO> {
  const [salt, iv, ciphertext] = [encrypted.read(16), encrypted.read(12), encrypted.read()];
  const key = await passwordKey(password, salt);
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, ciphertext).catch((cause) => {
    throw new Error('Cannot decrypt: the password is wrong, or the data are damaged', { cause });
  });
  return BytesIO.adopt(new Uint8Array(plain));
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const letter = new BytesIO(b`Meet me at the harbour at noon.\n`);
  const key = await signingKey(crypto.getRandomValues(new Uint8Array(32)));
  const signature = await sign(letter, key);
  console.log(`SHA-256: ${await sha256(letter)}; the signature is right: ${await verify(letter, key, signature)}`);
  const encrypted = await encrypt(letter, 'correct horse battery staple');
  const decrypted = await decrypt(encrypted, 'correct horse battery staple');
  console.log(`${letter.size} bytes became ${encrypted.size}, and again: ${decrypted.text().trim()}`);
  encrypted.seek(0);
  await decrypt(encrypted, 'guessed').catch((error) => console.log(error.message));
  encrypted.seek(0);
  return { 'letter.encrypted': encrypted };
}
