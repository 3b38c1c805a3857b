import type { Session } from './session.ts';

export interface Step {
  /** What to see after the call. `code` in backticks. */
  says: string;
  call(session: Session): void;
}

/** Guided series of calls, by name. Each begins with a new stream. */
export const WALKS: Record<string, readonly Step[]> = {
  'cursor-trap': [
    {
      says: 'A new stream is empty. The orange bar is the cursor: every `read` and every `write` begins there.',
      call: (session) => session.restart(),
    },
    {
      says: 'Five bytes went in, and the cursor moved behind the last of them.',
      call: (session) => session.write('Hello'),
    },
    {
      says: '`read()` gives nothing: it reads from the cursor to the end, and the cursor is at the end. This is the trap. Nothing is lost.',
      call: (session) => session.read(),
    },
    {
      says: '`seek(0)` moves the cursor back to the start. The bytes are where they were.',
      call: (session) => session.seek(0),
    },
    {
      says: 'Now `read()` gives all five, and leaves the cursor behind them again.',
      call: (session) => session.read(),
    },
    {
      says: '`getvalue()` is the other way out: everything, as a copy, wherever the cursor is. It does not move it.',
      call: (session) => session.getvalue(),
    },
  ],
  'view-is-out': [
    {
      says: 'A stream with five bytes.',
      call: (session) => {
        session.restart();
        session.write('hello');
      },
    },
    {
      says: '`getbuffer()` gives a view: the memory of the stream itself, no copy. The frame shows what it covers.',
      call: (session) => session.getbuffer(),
    },
    {
      says: 'What is written to the view is in the stream at once.',
      call: (session) => session.poke(0, 0x4a),
    },
    {
      says: 'The stream may not grow meanwhile, since its memory might have to move: `write` at the end is refused, and changes nothing.',
      call: (session) => session.write('!'),
    },
    {
      says: '`release()` gives the view back. In TypeScript `using view = io.getbuffer()` does so at the end of the block.',
      call: (session) => session.release(),
    },
    {
      says: 'Now it grows.',
      call: (session) => session.write('!'),
    },
  ],
};
