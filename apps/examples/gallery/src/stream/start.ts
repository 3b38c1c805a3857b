import { element, find } from '../element.ts';
import { Cells } from './cells.ts';
import { type Call, Session } from './session.ts';
import { type Step, WALKS } from './walks.ts';

/** Brings the stream on the page to life: the calls of the user, and the walks. */
export function startStream(): void {
  const session = new Session();
  const cells = new Cells(find('#cells'));
  const log = find('#calls');
  let first: Call | undefined;
  const walk = new Walk((call) => act(() => call(session)));

  function draw(): void {
    cells.draw(session);
    find('#tell').textContent = `${session.cursor}`;
    find('#size').textContent = `${session.size}`;
    find('#views').textContent = `${session.views.length}`;
    const [start, end] = session.lastRead;
    find('#last-read').textContent = start < end ? `${start} to ${end - 1}` : '–';
    if (first !== session.calls[0]) log.replaceChildren();
    first = session.calls[0];
    // What is there already stays: a screen reader reads what is added.
    log.append(...session.calls.slice(log.childElementCount).map(lineOf));
    find('#last-call').replaceChildren(...lineOf(session.calls.at(-1)!).children);
    log.parentElement!.scrollTop = log.parentElement!.scrollHeight;
  }
  function act(call: () => void): void {
    call();
    draw();
  }

  const forms: Record<string, (fields: FormData) => void> = {
    write: (fields) => session.write(`${fields.get('data')}`),
    seek: (fields) => session.seek(number(fields, 'offset') ?? 0, number(fields, 'whence')),
    read: (fields) => session.read(number(fields, 'size')),
    getvalue: () => session.getvalue(),
    getbuffer: () => session.getbuffer(),
    poke: (fields) => session.poke(number(fields, 'index') ?? 0, number(fields, 'byte') ?? 0),
    release: () => session.release(),
    truncate: (fields) => session.truncate(number(fields, 'size')),
    restart: () => session.restart(),
  };
  for (const [name, call] of Object.entries(forms)) {
    const form = find<HTMLFormElement>(`form[data-call="${name}"]`);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      walk.leave();
      act(() => call(new FormData(form)));
    });
  }
  walk.begin('cursor-trap');
}

function lineOf({ code, result, error }: Call): HTMLElement {
  const line = element('li', {}, element('code', {}, code));
  if (result !== undefined) line.append(element('samp', {}, result));
  if (error !== undefined) line.append(element('samp', { class: 'error' }, error));
  return line;
}

/** `undefined` for a field that is empty; what is no number is for the stream to refuse. */
function number(fields: FormData, name: string): number | undefined {
  const text = `${fields.get(name)}`.trim();
  return text === '' ? undefined : Number(text);
}

/** A guided series of calls, one with each press of a button. */
class Walk {
  readonly #text = find('#walk-text');
  readonly #next = find<HTMLButtonElement>('#walk-next');
  readonly #call: (call: Step['call']) => void;
  #name = 'cursor-trap';
  #at = 0;

  constructor(call: (call: Step['call']) => void) {
    this.#call = call;
    this.#next.addEventListener('click', () => this.#go(this.#at < this.#steps.length ? this.#at : 0));
    for (const choice of document.querySelectorAll<HTMLInputElement>('input[name="walk"]')) {
      choice.addEventListener('change', () => this.begin(choice.value));
    }
  }

  begin(name: string): void {
    this.#name = name;
    this.#go(0);
  }

  /** The user has taken over: the walk begins anew when asked to. */
  leave(): void {
    this.#at = this.#steps.length;
    this.#say('You are calling. The walk can be taken again from its start.', 'Start again');
  }

  get #steps(): readonly Step[] {
    return WALKS[this.#name]!;
  }

  #go(at: number): void {
    const { says, call } = this.#steps[at]!;
    this.#at = at + 1;
    this.#call(call);
    const ended = this.#at === this.#steps.length;
    this.#say(says, ended ? 'Start again' : at === 0 ? 'Begin' : 'Next', `${at + 1} / ${this.#steps.length}`);
  }

  #say(says: string, next: string, progress = ''): void {
    const parts = says.split('`').map((part, index) => (index % 2 ? element('code', {}, part) : part));
    this.#text.replaceChildren(...parts);
    this.#next.textContent = next;
    find('#walk-progress').textContent = progress;
  }
}
