// Daily weather as CSV in; a heat map (PNG), a report (PDF) and a ZIP of all three out. Between the two files on disk
// everything is a BytesIO in memory.
// npm install @memio/core @memio/pdfkit @memio/jszip @memio/pngjs pdfkit jszip pngjs
// node report-bundle.js [weather.csv] [--out folder]

import { createReadStream, realpathSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getSystemErrorMap, parseArgs } from 'node:util';
import { BytesIO } from '@memio/core';
import { writeZip } from '@memio/jszip';
import { type PdfDocument, writePdf } from '@memio/pdfkit';
import { writePng } from '@memio/pngjs';

const SEATTLE = fileURLToPath(new URL('../data/seattle-weather.csv', import.meta.url));
const SEATTLE_SOURCE = 'daily records of the NOAA National Climatic Data Center, from the npm package vega-datasets';
const HEADER = 'date,precipitation,temp_max,temp_min,wind,weather';
const MOST_BYTES = 64 * 2 ** 20;
const MOST_YEARS = 20;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What the user can put right: told in one line, without a stack. */
class InputError extends Error {}

interface Day {
  time: number;
  year: number;
  month: number;
  /** Day of a leap year, 0 to 365: the same date has the same column in every year. */
  column: number;
  rain: number;
  max: number;
  min: number;
}

export interface Made {
  name: string;
  bytes: number;
  milliseconds: number;
}

/** @param onStep is told each step before it begins. */
export async function reportBundle(
  csvPath: string,
  folder: string,
  onStep: (step: string, done: number, steps: number) => void = () => {},
): Promise<{ path: string; made: Made[] }> {
  const { name } = parse(csvPath);
  const path = join(folder, `${name}-report.zip`);
  const source = resolve(csvPath) === SEATTLE ? SEATTLE_SOURCE : basename(csvPath);
  const made: Made[] = [];
  const step = async (title: string, file: string, make: () => Promise<BytesIO>): Promise<BytesIO> => {
    onStep(title, made.length, 4);
    const start = performance.now();
    const stream = await make();
    made.push({ name: file, bytes: stream.size, milliseconds: performance.now() - start });
    return stream;
  };

  const csv = await step('Reading the CSV', `${name}.csv`, () => readFile(csvPath));
  const days = readDays(csv, csvPath);
  const png = await step('Drawing the heat map', `${name}.png`, () => drawHeatMap(days));
  const pdf = await step('Laying out the report', `${name}.pdf`, () => layOut(titleOf(name, days), source, days, png));
  await step('Packing the ZIP', basename(path), async () => {
    const files = { [`${name}.csv`]: csv, [`${name}.png`]: png, [`${name}.pdf`]: pdf };
    const zip = await writeZip(files, { compression: 'DEFLATE' });
    await writeFileAtomically(folder, path, zip);
    return zip;
  });
  return { path, made };
}

async function readFile(path: string): Promise<BytesIO> {
  try {
    return await BytesIO.from(createReadStream(path), { maxBytes: MOST_BYTES });
  } catch (error) {
    throw new InputError(`Cannot read ${path}: ${reasonOf(error)}`);
  }
}

function readDays(csv: BytesIO, path: string): Day[] {
  const days = new Map<string, Day>();
  const text = new TextDecoder();
  let row = 0;
  const broken = (problem: string) => new InputError(`${path}, row ${row}: ${problem}`);
  for (const line of csv) {
    row += 1;
    const content = text.decode(line).trim();
    if (row === 1 && content !== HEADER) throw broken(`expected the header ${HEADER}`);
    if (row === 1 || content === '') continue;
    const fields = content.split(',');
    if (fields.length !== 6) throw broken(`expected 6 fields, found ${fields.length}`);
    const [date, ...numbers] = fields.slice(0, 4) as [string, string, string, string];
    const time = Date.parse(date);
    if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) {
      throw broken(`${quote(date)} is not a date (YYYY-MM-DD)`);
    }
    for (const [index, field] of numbers.entries()) {
      if (/^-?\d+(\.\d+)?$/.test(field)) continue;
      throw broken(`${quote(field)} is not a number (${HEADER.split(',')[index + 1]})`);
    }
    if (days.has(date)) throw broken(`${date} is there twice`);
    const [year, month, day] = date.split('-').map(Number) as [number, number, number];
    const [rain, max, min] = numbers.map(Number) as [number, number, number];
    days.set(date, { time, year, month: month - 1, column: columnOf(month - 1, day), rain, max, min });
  }
  row += 1;
  if (days.size === 0) throw broken(row === 1 ? `expected the header ${HEADER}` : 'expected a day');
  const sorted = [...days.values()].sort((a, b) => a.time - b.time);
  if (yearsOf(sorted).length > MOST_YEARS) throw new InputError(`${path}: more than ${MOST_YEARS} years do not fit`);
  return sorted;
}

const quote = (field: string): string => JSON.stringify(field.length > 24 ? `${field.slice(0, 24)}…` : field);
const yearsOf = (days: Day[]): number[] => [...new Set(days.map(({ year }) => year))];
const columnOf = (month: number, day: number): number => (Date.UTC(2012, month, day) - Date.UTC(2012, 0)) / 86_400_000;

// The heat map, in pixels: years from top to bottom, days from left to right, and below them the scale.
const CELL = 4;
const GAP = 8;
const PLOT = { x: 112, y: 52, width: 366 * CELL };
const BAR = { width: 800, height: 28 };
const WIDTH = PLOT.x + PLOT.width + 24;
const DOT = 5;
const INK = Buffer.from('4b5563', 'hex');
const NO_RECORD = Buffer.from('cbd0d8', 'hex');

/** From -5 °C in steps of 5 degrees: ColorBrewer's RdYlBu, which colour-blind people can read as well. */
const COLORS = ['4575b4', '74add1', 'abd9e9', 'e0f3f8', 'ffffbf', 'fee090', 'fdae61', 'f46d43', 'd73027'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
const SCALE = COLORS.map((_, index) => ({ degrees: index * 5 - 5, x: (index / (COLORS.length - 1)) * BAR.width }));

/** 3 x 5 dots a glyph: each figure is a row, its bits are the dots. */
const GLYPHS: Record<string, string> = {
  ...{ 0: '75557', 1: '26227', 2: '71747', 3: '71717', 4: '55711', 5: '74717', 6: '74757', 7: '71122', 8: '75757' },
  ...{ 9: '75717', '-': '00700', '°': '75700', C: '74447' },
};

/** How high a year is, with the gap below it, and where the scale begins under the plot. */
function rowsOf(years: number): { pitch: number; bar: number } {
  const pitch = Math.min(Math.floor(592 / years), 148);
  return { pitch, bar: years * pitch + 24 };
}

function colorOf(degrees: number): Uint8Array {
  const at = Math.min(Math.max((degrees + 5) / 5, 0), COLORS.length - 1);
  const [from, to] = [COLORS[Math.floor(at)]!, COLORS[Math.ceil(at)]!];
  return Uint8Array.from(from, (channel, index) => Math.round(channel + (to[index]! - channel) * (at % 1)));
}

function drawHeatMap(days: Day[]): Promise<BytesIO> {
  const years = yearsOf(days);
  const { pitch, bar } = rowsOf(years.length);
  const labels = PLOT.y + bar + BAR.height + 12;
  const height = labels + 5 * DOT + 16;
  const data = new Uint8Array(WIDTH * height * 4).fill(255);
  const fill = (x: number, y: number, width: number, rows: number, color: Uint8Array) => {
    for (let row = y; row < y + rows; row++) {
      for (let column = x; column < x + width; column++) data.set(color, (row * WIDTH + column) * 4);
    }
  };
  const write = (text: string, center: number, top: number) => {
    const left = Math.round(center - (text.length * 4 - 1) * (DOT / 2));
    for (const [index, character] of [...text].entries()) {
      for (const [row, bits] of [...GLYPHS[character]!].entries()) {
        for (const dot of [0, 1, 2]) {
          if (Number(bits) & (4 >> dot)) fill(left + (index * 4 + dot) * DOT, top + row * DOT, DOT, DOT, INK);
        }
      }
    }
  };

  for (const month of MONTHS.keys()) write(`${month + 1}`, PLOT.x + columnOf(month, 16) * CELL, PLOT.y - 5 * DOT - 12);
  for (const [row, year] of years.entries()) {
    const y = PLOT.y + row * pitch;
    write(`${year}`, PLOT.x / 2, y + Math.round((pitch - GAP - 5 * DOT) / 2));
    fill(PLOT.x, y, PLOT.width, pitch - GAP, NO_RECORD);
    for (const day of days) {
      if (day.year === year) fill(PLOT.x + day.column * CELL, y, CELL, pitch - GAP, colorOf(day.max));
    }
  }
  for (let x = 0; x < BAR.width; x++) fill(PLOT.x + x, PLOT.y + bar, 1, BAR.height, colorOf((x / BAR.width) * 40 - 5));
  for (const { degrees, x } of SCALE) write(`${degrees}`, PLOT.x + x, labels);
  write('°C', PLOT.x + BAR.width + 60, labels);
  return writePng({ width: WIDTH, height, data }, { colorType: 2 });
}

function titleOf(name: string, days: Day[]): string {
  const words = name.replaceAll(/[-_]+/g, ' ').trim();
  const [first, last] = [days[0]!.year, days.at(-1)!.year];
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}, ${first === last ? first : `${first}–${last}`}`;
}

// The report, in points.
const BLACK = '#111827';
const DARK = '#374151';
const GREY = '#6b7280';

async function layOut(title: string, source: string, days: Day[], png: BytesIO): Promise<BytesIO> {
  // PDFKit keeps the image's memory until the document is written: so long the view has to stay out.
  using heatMap = png.getbuffer();
  const last = new Date(days.at(-1)!.time);
  const draw = (doc: PdfDocument) => {
    const { left, right } = doc.page.margins;
    const width = doc.page.width - left - right;
    const heading = (text: string, y: number) => doc.font('Helvetica-Bold', 12).fillColor(BLACK).text(text, left, y);
    doc.font('Helvetica-Bold', 24).fillColor(BLACK).text(title, left, 56);
    doc.font('Helvetica', 10.5).fillColor(DARK).moveDown(0.5).text(summaryOf(days, source), { width, lineGap: 3 });
    heading('Highest temperature of each day', doc.y + 18);
    placeHeatMap(doc, heatMap, days, doc.y + 20);
    heading('Month by month', doc.y + 24).moveDown(0.5);
    drawTable(doc, days);

    const footer = doc.page.height - 48;
    doc
      .moveTo(left, footer - 8)
      .lineTo(left + width, footer - 8)
      .lineWidth(0.5)
      .stroke('#d1d5db');
    doc.font('Helvetica', 8).fillColor(GREY);
    doc.text(`${days.length.toLocaleString('en')} days, ${dateOf(days[0]!)} to ${dateOf(days.at(-1)!)}`, left, footer);
    doc.text('Page 1 of 1', left, footer, { width, align: 'right' });
  };
  return await writePdf(draw, {
    size: 'A4',
    margins: { top: 56, right: 52, bottom: 30, left: 52 },
    lang: 'en',
    pdfVersion: '1.7',
    displayTitle: true,
    info: { Title: title, Creator: 'report-bundle', CreationDate: last, ModDate: last },
  });
}

// No-break spaces keep a date or a figure with its unit on one line.
const dateOf = (day: Day): string => `${new Date(day.time).getUTCDate()}\xa0${MONTHS[day.month]}\xa0${day.year}`;

function summaryOf(days: Day[], source: string): string {
  const most = (of: (day: Day) => number) => days.reduce((best, day) => (of(day) > of(best) ? day : best));
  const [hottest, coldest, wettest] = [most((day) => day.max), most((day) => -day.min), most((day) => day.rain)];
  return (
    `Every day in the colour of its highest temperature, and the figures of the months. The hottest day was ` +
    `${dateOf(hottest)} with ${hottest.max}\xa0°C, the coldest night ${dateOf(coldest)} with ${coldest.min}\xa0°C, ` +
    `the wettest day ${dateOf(wettest)} with ${wettest.rain}\xa0mm of precipitation. Source: ${source}.`
  );
}

/** Shows the plot and the scale of the image; its lettering is left out and set as text. */
function placeHeatMap(doc: PdfDocument, image: Uint8Array, days: Day[], y: number): void {
  const { left, right } = doc.page.margins;
  const x = left + 36;
  const scale = (doc.page.width - x - right) / PLOT.width;
  const years = yearsOf(days);
  const { pitch, bar } = rowsOf(years.length);
  doc
    .save()
    .rect(x, y, PLOT.width * scale, (bar + BAR.height) * scale)
    .clip();
  doc.image(image, x - PLOT.x * scale, y - PLOT.y * scale, { width: WIDTH * scale }).restore();

  const label = (text: string, center: number, top: number) =>
    doc.text(text, center - 30, top, { width: 60, align: 'center', lineBreak: false });
  doc.font('Helvetica', 8.5).fillColor(DARK);
  for (const [month, name] of MONTHS.entries()) label(name, x + columnOf(month, 16) * CELL * scale, y - 12);
  for (const [row, year] of years.entries())
    doc.text(`${year}`, left, y + (row * pitch + (pitch - GAP) / 2) * scale - 4);
  const labels = y + (bar + BAR.height) * scale + 5;
  for (const { degrees, x: at } of SCALE) label(`${degrees} °C`, x + at * scale, labels);
  doc
    .fillColor(GREY)
    .text('Grey: no record, or no 29 February', left, labels, { width: doc.page.width - left - right, align: 'right' });
}

function drawTable(doc: PdfDocument, days: Day[]): void {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const figuresOf = (of: Day[]): number[] => {
    const years = yearsOf(of).length;
    const [max, min, rain] = [of.map((day) => day.max), of.map((day) => day.min), of.map((day) => day.rain)];
    const wet = rain.filter((millimetres) => millimetres >= 1).length;
    return [mean(max), mean(min), Math.max(...max), Math.min(...min), (mean(rain) * rain.length) / years, wet / years];
  };
  const format = (figure: number) =>
    Number.isFinite(figure) ? figure.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 }) : '–';
  const data = [
    ['', 'Mean high', 'Mean low', 'Highest', 'Lowest', 'Precipitation', 'Wet days'],
    ['', '°C', '°C', '°C', '°C', 'mm', '1 mm or more'],
    ...MONTHS.map((name, month) => [name, ...figuresOf(days.filter((day) => day.month === month)).map(format)]),
    ['Year', ...figuresOf(days).map(format)],
  ];
  // PDFKit clips a cell at the height of its text, which shaves capitals: rows that are higher than it leave room.
  const figure = { align: { x: 'right', y: 'center' } };
  const bold = { src: 'Helvetica-Bold', size: 9.5 };
  doc.font('Helvetica', 9.5).table({
    data,
    columnStyles: [{ width: 70, align: { y: 'center' } }, ...Array(6).fill(figure)],
    rowStyles: (row: number) => {
      if (row === 0) return { font: bold, border: 0, padding: 0, minHeight: 12.5 };
      if (row === 1) return { textColor: GREY, borderColor: GREY, padding: [0, 0, 3, 0], minHeight: 17 };
      return row < 13 ? {} : { borderColor: GREY, font: row === 14 ? bold : undefined };
    },
    defaultStyle: {
      border: [0, 0, 0.5, 0],
      borderColor: '#e5e7eb',
      textColor: BLACK,
      padding: [2.5, 0, 0, 0],
      minHeight: 19.5,
    },
  });
  const note = 'Precipitation and wet days: the mean of the years, for a month and, in the last row, for a year.';
  doc
    .font('Helvetica', 8)
    .fillColor(GREY)
    .text(note, doc.page.margins.left, doc.y + 7);
}

async function writeFileAtomically(folder: string, path: string, content: BytesIO): Promise<void> {
  using bytes = content.getbuffer();
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      // A file is where the folder should be: writing into it fails next, and says so.
      if (error.code !== 'EEXIST') throw error;
    });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new InputError(`Cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** The system's words for an error of `node:fs`, also where memio has wrapped it. */
function reasonOf(error: unknown): string {
  const { message, errno, cause } = error as NodeJS.ErrnoException;
  const number = errno ?? (cause as NodeJS.ErrnoException | undefined)?.errno;
  return getSystemErrorMap().get(number ?? 0)?.[1] ?? message;
}

async function main(): Promise<void> {
  const { stdout, env } = process;
  const terminal = stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const onStep = (step: string, done: number, steps: number) => {
    if (!terminal) return console.log(`${done + 1}/${steps} ${step}`);
    const bar = '█'.repeat((done / steps) * 24).padEnd(24, '░');
    stdout.write(`\r\x1b[K\x1b[36m${bar}\x1b[0m ${done}/${steps} ${step}`);
  };
  // Whoever reads the output may leave early, as head does: the report is made all the same.
  stdout.on('error', () => {});
  try {
    const start = performance.now();
    const options = { out: { type: 'string', default: 'out' } } as const;
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    if (positionals.length > 1) throw new InputError('Usage: report-bundle [weather.csv] [--out folder]');
    const { path, made } = await reportBundle(positionals[0] ?? SEATTLE, values.out, onStep);
    if (terminal) onStep('Done\n', 4, 4);

    const width = Math.max(...made.map(({ name }) => name.length));
    const header = `${'File'.padEnd(width)} ${'Size'.padStart(10)} ${'Took'.padStart(8)}`;
    console.log(terminal ? `\n\x1b[1m${header}\x1b[0m` : `\n${header}`);
    for (const { name, bytes, milliseconds } of made) {
      const size = `${(bytes / 1000).toFixed(1)} kB`;
      console.log(`${name.padEnd(width)} ${size.padStart(10)} ${`${milliseconds.toFixed(0)} ms`.padStart(8)}`);
    }
    console.log(`\nThe report is in ${path} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    const wrongArguments = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    if (!(error instanceof InputError || wrongArguments)) throw error;
    if (terminal) stdout.write('\r\x1b[K');
    console.error(`report-bundle: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
