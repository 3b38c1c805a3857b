import { DataError } from '@memio/core/adapter';
import { exifOrientation } from './exif.ts';
import { type IccProfile, iccProfile } from './icc.ts';
import { JPEG_SOS, type JpegFrame, type JpegSegment, jpegFrame, jpegSegments } from './jpeg.ts';
import { followScan, HuffmanTable, type ScanComponent } from './jpeg-entropy.ts';
import type { Pacer } from './pacer.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a JPEG says about its picture, and its bytes in a form that every decoder reads alike. */
export interface JpegPicture {
  width: number;
  height: number;
  components: 1 | 3 | 4;
  /** Of four components: whether 0 is full ink, as Adobe's software writes it. */
  inverted: boolean;
  profile: IccProfile<ArrayBuffer> | undefined;
  /** As in EXIF: 1 as stored, 2 to 8 turned or mirrored. */
  orientation: number;
  /**
   * The JPEG in pieces, aliases of the file: tables, frame, scans and an Adobe marker that names the colours. Metadata,
   * thumbnails and bytes that belong to nothing are left out.
   */
  pieces: Bytes[];
}

const [DHT, DAC, DNL, DQT, DRI, DHP, EXP] = [0xffc4, 0xffcc, 0xffdc, 0xffdb, 0xffdd, 0xffde, 0xffdf];
const [APP0, APP1, APP2, APP14] = [0xffe0, 0xffe1, 0xffe2, 0xffee];
/** SOFn that cannot be embedded, by the number. */
const PROCESSES: Record<number, string> = {
  3: 'lossless',
  5: 'hierarchical',
  6: 'hierarchical',
  7: 'lossless and hierarchical',
  9: 'coded arithmetically',
  10: 'coded arithmetically',
  11: 'lossless and coded arithmetically',
  13: 'hierarchical and coded arithmetically',
  14: 'hierarchical and coded arithmetically',
  15: 'lossless and coded arithmetically',
};
/** Each scan may pass all blocks, whatever its length: libjpeg writes 10 at most, the thriftiest encoders about 20. */
const MAX_SCANS = 100;

interface Component extends ScanComponent {
  id: number;
  quantization: number;
  /** Progressive only: the lowest bit of each coefficient that scans have brought so far; -1 for none. */
  low: Int8Array;
  seen: boolean;
}

/** Adobe's names for what the components are (APP14). */
const [DIRECT, YCC, YCCK] = [0, 1, 2];

/**
 * Reads a JPEG in one scan of its segments, and follows its image data to the last block: so it is known that no part of
 * the picture is missing. Accepted: baseline, extended and progressive Huffman coding with 8 bits, fill bytes, zeros
 * between segments, restart markers, and a missing EOI behind complete data.
 *
 * @param accept sees the size before the image data is read, and throws to refuse it
 * @see {@link https://www.w3.org/Graphics/JPEG/itu-t81.pdf | ITU-T T.81}
 * @throws {DataError} when the JPEG is damaged or incomplete, or of a process that PDF and most decoders lack
 */
export async function readJpegPicture(
  bytes: Bytes,
  pacer: Pacer,
  accept: (width: number, height: number) => void,
): Promise<JpegPicture> {
  const reader = new Reader(bytes, pacer, accept);
  const segments = jpegSegments(bytes);
  let inScan = false;
  for (;;) {
    let step: IteratorResult<JpegSegment<ArrayBuffer>, void>;
    try {
      step = segments.next();
    } catch (error) {
      // Behind image data it may be that EOI alone is missing. Other bytes there may be what replaced the data.
      if (!inScan || !reader.endsWithScan) throw error;
      break;
    }
    if (step.done) break;
    inScan = step.value.marker === JPEG_SOS;
    await reader.take(step.value);
    const pause = pacer.pause();
    if (pause) await pause;
  }
  return reader.finish();
}

class Reader {
  readonly #bytes: Bytes;
  readonly #pacer: Pacer;
  readonly #accept: (width: number, height: number) => void;
  readonly #pieces: Bytes[] = [];
  readonly #dc: (HuffmanTable | undefined)[] = [];
  readonly #ac: (HuffmanTable | undefined)[] = [];
  readonly #quantization: boolean[] = [];
  readonly #icc = new Map<number, Bytes>();
  #iccParts = 0;
  #frame: JpegFrame | undefined;
  #components: Component[] = [];
  #columns = 0;
  #rows = 0;
  #restart = 0;
  #scans = 0;
  /** The offset behind the last block of the last scan. */
  #behind = 0;
  #jfif = false;
  #adobe: number | undefined;
  #orientation: number | undefined;

  constructor(bytes: Bytes, pacer: Pacer, accept: (width: number, height: number) => void) {
    this.#bytes = bytes;
    this.#pacer = pacer;
    this.#accept = accept;
  }

  async take(segment: JpegSegment<ArrayBuffer>): Promise<void> {
    const { marker, start, end, data } = segment;
    if (marker === DHP || marker === EXP) throw unsupported('hierarchical');
    const frame = jpegFrame(segment);
    if (frame) this.#readFrame(frame, data);
    else if (marker === DHT) this.#readHuffman(data);
    else if (marker === DQT) this.#readQuantization(data);
    else if (marker === DRI) this.#readRestart(data);
    else if (marker === JPEG_SOS) return this.#readScan(segment);
    else {
      if (marker === DNL) throw unsupported('of a height that follows its image data (DNL)');
      if (marker === APP0 && startsWith(data, 'JFIF\0')) this.#jfif = true;
      if (marker === APP1 && startsWith(data, 'Exif\0\0')) this.#orientation ??= exifOrientation(data.subarray(6));
      if (marker === APP2 && startsWith(data, 'ICC_PROFILE\0') && data.length > 14) this.#readIcc(data);
      if (marker === APP14 && startsWith(data, 'Adobe') && data.length >= 12) this.#adobe ??= data[11]!;
      if (marker === 0xffc8 || (marker > DAC && marker < 0xffd0)) throw damaged(`a marker ${marker.toString(16)}`);
      return;
    }
    this.#pieces.push(this.#bytes.subarray(start, end));
  }

  /** Whether the last block is the end of the file. */
  get endsWithScan(): boolean {
    const { length } = this.#bytes;
    return this.#behind === length || (this.#behind === length - 1 && this.#bytes[length - 1] === 0xff);
  }

  finish(): JpegPicture {
    const frame = this.#frame;
    if (!frame || this.#scans === 0) throw damaged('it has no image data');
    for (const { id, seen, low } of this.#components) {
      if (!seen) throw damaged(`no scan has component ${id}`);
      // Decoders guess what is missing, each in its way.
      if (frame.process === 2 && low.some((bit) => bit !== 0))
        throw new DataError(`the JPEG is cut off between its scans, at ${this.#bytes.length} bytes`);
    }
    const components = frame.components as 1 | 3 | 4;
    const profile = this.#profile();
    return {
      width: frame.width,
      height: frame.height,
      components,
      inverted: components === 4 && this.#adobe !== undefined,
      profile: profile?.components === components ? profile : undefined,
      orientation: this.#orientation ?? 1,
      pieces: [
        Uint8Array.of(0xff, 0xd8),
        ...(components === 1 ? [] : [adobeMarker(this.#transform(components))]),
        ...this.#pieces,
        Uint8Array.of(0xff, 0xd9),
      ],
    };
  }

  #readFrame(frame: JpegFrame, data: Uint8Array): void {
    const { process, precision, width, height, components } = frame;
    if (this.#frame) throw damaged('it has two frames');
    if (PROCESSES[process]) throw unsupported(PROCESSES[process]);
    if (precision !== 8) throw unsupported(`of ${precision} bits a sample`);
    if (height === 0 && width > 0) throw unsupported('of a height that follows its image data (DNL)');
    if (width === 0) throw damaged(`a size of ${width} x ${height} pixels`);
    if (![1, 3, 4].includes(components)) throw damaged(`${components} colours`);
    this.#accept(width, height);
    const fields = Array.from({ length: components }, (_, at) => {
      const [id, sampling, quantization] = data.subarray(6 + 3 * at, 9 + 3 * at) as unknown as [number, number, number];
      return { id, across: sampling >> 4, down: sampling & 15, quantization };
    });
    // A decoder ignores the sampling of a single component: its blocks follow each other.
    const most = {
      across: Math.max(...fields.map((each) => each.across)),
      down: Math.max(...fields.map((each) => each.down)),
    };
    this.#columns = Math.ceil(width / (8 * most.across));
    this.#rows = Math.ceil(height / (8 * most.down));
    for (const { id, across, down, quantization } of fields) {
      if (across < 1 || across > 4 || down < 1 || down > 4) throw damaged(`a sampling of ${across} x ${down}`);
      if (most.across % across || most.down % down)
        throw unsupported(`of a sampling of ${across} x ${down} beside ${most.across} x ${most.down}`);
      if (quantization > 3) throw damaged(`a quantization table ${quantization}`);
      if (fields.filter((each) => each.id === id).length > 1) throw damaged(`two components ${id}`);
      const stride = this.#columns * across;
      const blocks = process === 2 ? stride * this.#rows * down : 0;
      this.#components.push({
        id,
        quantization,
        across,
        down,
        columns: Math.ceil(Math.ceil((width * across) / most.across) / 8),
        rows: Math.ceil(Math.ceil((height * down) / most.down) / 8),
        stride,
        nonzero: new Uint32Array(2 * blocks),
        dc: undefined,
        ac: undefined,
        low: new Int8Array(64).fill(-1),
        seen: false,
      });
    }
    this.#frame = frame;
  }

  /** T.81, B.2.4.2. */
  #readHuffman(data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const kind = data[at]! >> 4;
      const index = data[at]! & 15;
      const counts = data.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const symbols = data.subarray(at + 17, at + 17 + total);
      if (kind > 1 || index > 3 || counts.length < 16 || symbols.length < total || total > 256)
        throw damaged('a Huffman table');
      if (kind === 0 && symbols.some((symbol) => symbol > 15)) throw damaged('a Huffman table');
      (kind === 0 ? this.#dc : this.#ac)[index] = new HuffmanTable(counts, symbols);
      at += 17 + total;
    }
  }

  /** T.81, B.2.4.1. */
  #readQuantization(data: Uint8Array): void {
    let at = 0;
    while (at < data.length) {
      const precision = data[at]! >> 4;
      const index = data[at]! & 15;
      if (precision > 1 || index > 3) throw damaged('a quantization table');
      this.#quantization[index] = true;
      at += 1 + 64 * (precision + 1);
    }
    if (at !== data.length) throw damaged('a quantization table');
  }

  #readRestart(data: Uint8Array): void {
    if (data.length !== 2) throw damaged('a restart interval');
    this.#restart = (data[0]! << 8) | data[1]!;
  }

  #readIcc(data: Bytes): void {
    this.#icc.set(data[12]!, data.subarray(14));
    this.#iccParts = data[13]!;
  }

  /** As libjpeg: a profile with a part missing is none. */
  #profile(): IccProfile<ArrayBuffer> | undefined {
    const parts = Array.from({ length: this.#iccParts }, (_, at) => this.#icc.get(at + 1));
    if (parts.length === 0 || parts.some((part) => !part)) return undefined;
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part!.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part!, at);
      at += part!.length;
    }
    return iccProfile(whole);
  }

  async #readScan({ start, end, data }: JpegSegment<ArrayBuffer>): Promise<void> {
    const frame = this.#frame;
    if (!frame) throw damaged('image data before its size');
    if (++this.#scans > MAX_SCANS) throw damaged(`more than ${MAX_SCANS} scans`);
    const count = data[0] ?? 0;
    if (count < 1 || count > 4 || data.length !== 4 + 2 * count) throw damaged('the header of a scan');
    const progressive = frame.process === 2;
    const [first = 0, last = 0, approximation = 0] = data.subarray(1 + 2 * count);
    const [high, low] = [approximation >> 4, approximation & 15];
    const valid = progressive
      ? first <= last &&
        last < 64 &&
        low <= 13 &&
        (first === 0 ? last === 0 : count === 1) &&
        (high === 0 || high === low + 1)
      : first === 0 && high === 0 && low === 0;
    if (!valid) throw damaged('the parameters of a scan');
    const components = Array.from({ length: count }, (_, at) => {
      const [id, tables] = data.subarray(1 + 2 * at, 3 + 2 * at) as unknown as [number, number];
      const component = this.#components.find((each) => each.id === id);
      if (!component) throw damaged(`a scan of component ${id}, which it does not have`);
      this.#prepare(component, tables, progressive, { first, last, high, low });
      return component;
    });
    if (new Set(components).size < count) throw damaged('a scan with the same component twice');
    if (count > 1 && components.reduce((sum, { across, down }) => sum + across * down, 0) > 10)
      throw damaged('a scan with more than 10 blocks in a unit');
    const layout = { restart: this.#restart, columns: this.#columns, rows: this.#rows };
    const parameters = { progressive, first, last, high, ...layout };
    const behind = await followScan(this.#bytes, end, components, parameters, this.#pacer);
    this.#behind = behind;
    // Some encoders give a sequential scan another last coefficient; all decoders take 64, and some complain.
    const header = Uint8Array.from(this.#bytes.subarray(start, end));
    if (!progressive) header.set([0, 63, 0], header.length - 3);
    this.#pieces.push(header, this.#bytes.subarray(end, behind));
  }

  /** Checks that the tables are there, and that the scan continues what scans before it have brought. */
  #prepare(
    component: Component,
    tables: number,
    progressive: boolean,
    { first, last, high, low }: { first: number; last: number; high: number; low: number },
  ): void {
    const { id, quantization } = component;
    if (!this.#quantization[quantization]) throw damaged(`quantization table ${quantization} is missing`);
    component.dc = this.#dc[tables >> 4];
    component.ac = this.#ac[tables & 15];
    const needsDc = first === 0 && high === 0;
    const needsAc = !progressive || first > 0;
    if ((needsDc && !component.dc) || (needsAc && !component.ac))
      throw damaged(`a Huffman table of component ${id} is missing`);
    if (!progressive) {
      if (component.seen) throw damaged(`two scans have component ${id}`);
      component.seen = true;
      return;
    }
    if (first > 0 && !component.seen) throw damaged(`a scan of component ${id} that has no basis yet`);
    component.seen = true;
    for (let at = first; at <= last; at++) {
      const before = component.low[at]!;
      if (high === 0 ? before !== -1 : before !== high) throw damaged(`a scan of component ${id} out of order`);
      component.low[at] = low;
    }
  }

  /** libjpeg's rules (jdapimin.c, default_decompress_parms). */
  #transform(components: 3 | 4): number {
    if (components === 4) return this.#adobe === undefined || this.#adobe === DIRECT ? DIRECT : YCCK;
    if (this.#jfif) return YCC;
    if (this.#adobe !== undefined) return this.#adobe === DIRECT ? DIRECT : YCC;
    return this.#components.map(({ id }) => String.fromCharCode(id)).join('') === 'RGB' ? DIRECT : YCC;
  }
}

const adobeMarker = (transform: number): Bytes =>
  Uint8Array.of(0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);

const startsWith = (data: Uint8Array, text: string): boolean =>
  String.fromCharCode(...data.subarray(0, text.length)) === text;

const damaged = (what: string) => new DataError(`the JPEG is damaged: ${what}`);
const unsupported = (what: string) =>
  new DataError(`the JPEG is ${what}, which PDF readers do not decode; save it as a baseline or progressive JPEG`);
