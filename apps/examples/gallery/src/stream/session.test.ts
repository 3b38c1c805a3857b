import { describe, expect, it } from 'vitest';
import { describeStream } from './cells.ts';
import { type Call, MOST_BYTES, Session } from './session.ts';
import { WALKS } from './walks.ts';

function started(): Session {
  const session = new Session();
  session.restart();
  return session;
}

describe('Session', () => {
  it('keeps each call, its result and what it read', () => {
    const session = started();
    session.write('a\\x00\\n');
    session.seek(-2, 2);
    expect([session.size, session.cursor, session.lastRead]).toEqual([3, 1, [0, 0]]);
    session.read(1);
    expect(session.lastRead).toEqual([1, 2]);
    session.truncate(1);
    session.getvalue();
    expect(session.lastRead).toEqual([0, 1]);
    expect(session.calls).toEqual<Call[]>([
      { code: 'io = BytesIO()' },
      { code: "io.write(b'a\\x00\\n')", result: '3' },
      { code: 'io.seek(-2, 2)', result: '1' },
      { code: 'io.read(1)', result: "b'\\x00'" },
      { code: 'io.truncate(1)', result: '1' },
      { code: 'io.getvalue()', result: "b'a'" },
    ]);
  });

  it.each<[string, (session: Session) => Call, RegExp]>([
    ['a wrong escape', (session) => session.write('\\xz'), /^SyntaxError: Cannot read the escape/],
    ['text that is not ASCII', (session) => session.write('é'), /^SyntaxError: .* must be ASCII$/],
    ['too much', (session) => session.write('x'.repeat(MOST_BYTES + 1)), /^LimitError: /],
    ['a negative position', (session) => session.seek(-1), /^RangeError: Cannot seek to -1/],
    ['a wrong whence', (session) => session.seek(0, 3), /^RangeError: Cannot seek with whence 3/],
    ['a size that is no number', (session) => session.read(Number.NaN), /^TypeError: /],
    ['no view to set', (session) => session.poke(0, 1), /^ReferenceError: There is no view/],
    ['no view to release', (session) => session.release(), /^ReferenceError: There is no view/],
  ])('says what the stream says to %s', (_what, call, error) => {
    const session = started();
    session.write('kept');
    expect(call(session).error).toMatch(error);
    expect([session.size, session.calls.length]).toEqual([4, 3]);
  });

  it('sets bytes of a view within its length', () => {
    const session = started();
    session.write('abc');
    session.getbuffer();
    expect(session.poke(1, 0x42)).toEqual({ code: 'view[1] = 0x42', result: undefined });
    expect(new TextDecoder().decode(session.content)).toBe('aBc');
    expect(session.poke(3, 0).error).toBe('RangeError: The view has no index 3: its length is 3');
    expect(session.poke(0, 256).error).toBe('RangeError: 256 is no byte: expected 0 to 255');
  });

  it('begins anew with a view out', () => {
    const session = started();
    session.write('abc');
    session.getbuffer();
    session.restart();
    expect([session.size, session.views, session.calls.length]).toEqual([0, [], 1]);
    expect(session.write('longer than it was').error).toBeUndefined();
  });
});

describe('the walks', () => {
  const walk = (name: string) => {
    const session = new Session();
    for (const { call } of WALKS[name]!) call(session);
    return session;
  };

  it.each([
    ['cursor-trap', [undefined, '5', "b''", '0', "b'Hello'", "b'Hello'"]],
    ['view-is-out', [undefined, '5', undefined, undefined, undefined, undefined, '1']],
  ])('%s comes to what its steps say', (name, results) => {
    expect(walk(name).calls.map(({ result }) => result)).toEqual(results);
  });

  it('meet one error, and on purpose', () => {
    expect(walk('cursor-trap').calls.filter(({ error }) => error)).toEqual([]);
    expect(walk('view-is-out').calls.flatMap(({ error }) => error ?? [])).toEqual([
      expect.stringMatching(/^BufferError/),
    ]);
  });
});

describe('describeStream()', () => {
  it.each<[string, (session: Session) => void, string]>([
    ['an empty one', () => {}, "0 bytes, b''. The cursor is at 0, at the end; no view is out."],
    [
      'one that is read',
      (session) => session.write('a'),
      "1 byte, b'a'. The cursor is at 1, at the end; no view is out.",
    ],
    [
      'views',
      (session) => {
        session.write('ab');
        session.seek(0);
        session.getbuffer();
        session.getbuffer();
      },
      "2 bytes, b'ab'. The cursor is at 0, before byte 0; 2 views are out.",
    ],
  ])('tells %s', (_what, act, words) => {
    const session = started();
    act(session);
    expect(describeStream(session)).toBe(words);
  });
});
