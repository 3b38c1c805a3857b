import { createCipheriv, createDecipheriv, createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { BytesIO, b } from '@memio/core';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { decrypt, encrypt, sha256, sign, signingKey, verify } from './encrypt-and-sign.ts';

const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
const CONTENT = Uint8Array.from({ length: 100_000 }, (_, index) => (index * index) % 251);
/** A stream whose cursor is somewhere. */
const stream = (content: Uint8Array = CONTENT) => {
  const io = new BytesIO(content);
  io.seek(content.length >> 1);
  return io;
};
const keyOf = (password: string, salt: Uint8Array) => pbkdf2Sync(password, salt, 600_000, 32, 'sha256');
// Making a key of a password takes long, on purpose.
const SALT = randomBytes(16);
const KEY = keyOf('x', SALT);

/** With Node's own cryptography, what `encrypt` does. */
function encryptedByNode(content: Uint8Array, password: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', password === 'x' ? KEY : keyOf(password, SALT), iv);
  return Buffer.concat([SALT, iv, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

describe('encrypt-and-sign', () => {
  it('hashes the whole stream as node:crypto does', async () => {
    expect(await sha256(stream())).toBe(createHash('sha256').update(CONTENT).digest('hex'));
    expect(await sha256(new BytesIO())).toBe(createHash('sha256').digest('hex'));
  });

  it('signs the whole stream as node:crypto does, and knows the signature again', async () => {
    const key = await signingKey(SECRET);
    const expected = createHmac('sha256', SECRET).update(CONTENT).digest();
    const signature = await sign(stream(), key);
    expect(Buffer.from(signature)).toEqual(expected);
    expect(await verify(stream(), key, signature)).toBe(true);
  });

  it('does not accept another content, or another signature', async () => {
    const key = await signingKey(SECRET);
    const signature = await sign(stream(), key);
    expect(await verify(stream(CONTENT.with(99_999, 1)), key, signature)).toBe(false);
    expect(
      await verify(
        stream(),
        key,
        signature.map((byte) => byte ^ 1),
      ),
    ).toBe(false);
  });

  it('encrypts to salt, IV, ciphertext and tag, which node:crypto decrypts', async () => {
    const encrypted = (await encrypt(stream(), 'pässword')).read();
    expect(encrypted).toHaveLength(16 + 12 + CONTENT.length + 16);
    const decipher = createDecipheriv(
      'aes-256-gcm',
      keyOf('pässword', encrypted.slice(0, 16)),
      encrypted.slice(16, 28),
    );
    decipher.setAuthTag(encrypted.slice(-16));
    const plain = Buffer.concat([decipher.update(encrypted.slice(28, -16)), decipher.final()]);
    expect(Buffer.compare(plain, CONTENT)).toBe(0);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['100,000 bytes', CONTENT],
  ])('decrypts %s that node:crypto encrypted, with the cursor at 0', async (_what, content) => {
    const decrypted = await decrypt(new BytesIO(encryptedByNode(content, 'x')), 'x');
    expect(decrypted.tell()).toBe(0);
    expect(Buffer.compare(decrypted.read(), content)).toBe(0);
  });

  it('decrypts what follows the cursor', async () => {
    const container = new BytesIO(b`header`);
    container.seek(6);
    container.write(encryptedByNode(b`Hello`, 'x'));
    container.seek(6);
    expect((await decrypt(container, 'x')).text()).toBe('Hello');
  });

  it('never makes the same bytes twice', async () => {
    const [one, other] = [await encrypt(stream(), 'x'), await encrypt(stream(), 'x')];
    for (const size of [16, 12, 16]) expect(one.read(size)).not.toEqual(other.read(size));
  });

  const FAILED = {
    message: 'Cannot decrypt: the password is wrong, or the data are damaged',
    cause: expect.any(Error),
  };
  it.each<[string, string, (encrypted: Buffer) => Uint8Array]>([
    ['a wrong password', 'X', (encrypted) => encrypted],
    ['a changed byte', 'x', (encrypted) => encrypted.fill(encrypted[30]! ^ 1, 30, 31)],
    ['an end that is cut off', 'x', (encrypted) => encrypted.subarray(0, -1)],
    ['nothing but salt and IV', 'x', (encrypted) => encrypted.subarray(0, 28)],
    ['nothing', 'x', (encrypted) => encrypted.subarray(0, 0)],
  ])('refuses %s', async (_what, password, change) => {
    const changed = change(encryptedByNode(b`Hello`, 'x'));
    await expect(decrypt(new BytesIO(changed), password)).rejects.toMatchObject(FAILED);
  });

  it('leaves no view behind, so that the stream can change its size', async () => {
    const io = stream();
    const key = await signingKey(SECRET);
    await verify(io, key, await sign(io, key));
    await sha256(io);
    await encrypt(io, 'x');
    expect(() => io.close()).not.toThrow();
  });
});

describe('the example of encrypt-and-sign', () => {
  it('tells the hash, reads the letter again and is refused with another password', async () => {
    const { made, log } = await runMain(main);
    const hash = createHash('sha256').update('Meet me at the harbour at noon.\n').digest('hex');
    expect(log).toEqual([
      `SHA-256: ${hash}; the signature is right: true`,
      '32 bytes became 76, and again: Meet me at the harbour at noon.',
      'Cannot decrypt: the password is wrong, or the data are damaged',
    ]);
    expect((await decrypt(made['letter.encrypted']!, 'correct horse battery staple')).size).toBe(32);
  });
});
