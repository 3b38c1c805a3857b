import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWith } from '@memio/testkit';
import { decode } from 'fast-png';
import { unzipSync } from 'fflate';
import { extractText, getDocumentProxy } from 'unpdf';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, temporaryFolder } from '../test/run.ts';
import { reportBundle } from './report-bundle.ts';

const folder = temporaryFolder();
const SEATTLE = fileURLToPath(new URL('../data/seattle-weather.csv', import.meta.url));
const HEADER = 'date,precipitation,temp_max,temp_min,wind,weather';
const NAMES = ['seattle-weather.csv', 'seattle-weather.png', 'seattle-weather.pdf'];
const records = readFileSync(SEATTLE, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))
  .map(([date, rain, max, min]) => ({ date: date!, rain: Number(rain), max: Number(max), min: Number(min) }));

/** Escape sequences and carriage returns as text. */
const _visible = (text: string): string => text.replaceAll('\x1b', '<esc>').replaceAll('\r', '<cr>');

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const bundle = async (csv: string, out: string) =>
  unzipSync(readFileSync((await reportBundle(csv, join(folder, out))).path));

async function readPdf(pdf: Uint8Array): Promise<{ pages: string[]; info: Record<string, unknown> }> {
  const document = await getDocumentProxy(pdf.slice());
  const { text } = await extractText(document, { mergePages: false });
  const info = (await document.getMetadata()).info as Record<string, unknown>;
  return { pages: text.map((page) => page.replaceAll(/\s+/g, ' ')), info };
}

describe('report-bundle', () => {
  let files: Record<string, Uint8Array>;
  beforeAll(async () => {
    files = await bundle(SEATTLE, 'first');
  });

  it('puts the CSV, the PNG and the PDF into the ZIP, the CSV unchanged', () => {
    expect(Object.keys(files)).toEqual(NAMES);
    expect(Buffer.compare(files['seattle-weather.csv']!, readFileSync(SEATTLE))).toBe(0);
  });

  describe('the heat map', () => {
    let image: ReturnType<typeof decode>;
    beforeAll(() => {
      image = decode(files['seattle-weather.png']!);
    });
    const channelsAt = (x: number, y: number) => [...image.data.slice((y * 1600 + x) * 3, (y * 1600 + x) * 3 + 3)];
    // Four years from 52 pixels on, 148 to a year; a leap year's days from 112 pixels on, 4 to a day.
    const cell = (date: string) => {
      const days = (Date.parse(`2012${date.slice(4)}`) - Date.parse('2012-01-01')) / 86_400_000;
      return [112 + days * 4 + 2, 52 + (Number(date.slice(0, 4)) - 2012) * 148 + 70] as const;
    };

    it.each<[number, string]>([
      [0, '116,173,209'],
      [5, '171,217,233'],
      [10, '224,243,248'],
      [15, '255,255,191'],
      [20, '254,224,144'],
      [25, '253,174,97'],
      [30, '244,109,67'],
    ])('shows every day of %i °C in the colour of the scale', (degrees, color) => {
      const days = records.filter(({ max }) => max === degrees);
      expect(days.length).toBeGreaterThan(0);
      for (const { date } of days) expect(channelsAt(...cell(date)).join(), date).toBe(color);
    });

    it('has a column for 29 February, grey where the year has none', () => {
      expect(channelsAt(...cell('2012-02-29'))).not.toEqual([203, 208, 216]);
      for (const year of [2013, 2014, 2015]) expect(channelsAt(...cell(`${year}-02-29`))).toEqual([203, 208, 216]);
    });

    it('shows the scale from its coldest to its hottest colour', () => {
      const y = 52 + 4 * 148 + 24 + 14;
      expect(channelsAt(112, y)).toEqual([69, 117, 180]);
      const [red, green, blue] = channelsAt(112 + 799, y) as [number, number, number];
      expect(Math.abs(red - 215) + Math.abs(green - 48) + Math.abs(blue - 39)).toBeLessThan(6);
    });

    it('is opaque and large enough that cells can be told apart', () => {
      const { width, height, channels } = image;
      expect({ width, height, channels }).toEqual({ width: 1600, height: 749, channels: 3 });
    });
  });

  describe('the report', () => {
    let pages: string[];
    let info: Record<string, unknown>;
    beforeAll(async () => {
      ({ pages, info } = await readPdf(files['seattle-weather.pdf']!));
    });

    it('has a title, a source, one page, and the date of the last day', () => {
      expect(pages).toHaveLength(1);
      expect(pages[0]).toContain('Seattle weather, 2012–2015');
      expect(pages[0]).toContain('NOAA National Climatic Data Center');
      expect(pages[0]).toContain('Page 1 of 1');
      expect(info).toMatchObject({ Title: 'Seattle weather, 2012–2015', CreationDate: 'D:20151231000000Z' });
    });

    it('names the extremes', () => {
      const most = (of: (record: (typeof records)[number]) => number) => [...records].sort((a, c) => of(c) - of(a))[0]!;
      expect(most(({ max }) => max)).toMatchObject({ date: '2014-08-11', max: 35.6 });
      expect(pages[0]).toContain('11 Aug 2014 with 35.6 °C');
      expect(most(({ min }) => -min)).toMatchObject({ date: '2013-12-07', min: -7.1 });
      expect(pages[0]).toContain('7 Dec 2013 with -7.1 °C');
      expect(most(({ rain }) => rain)).toMatchObject({ date: '2015-03-15', rain: 55.9 });
      expect(pages[0]).toContain('15 Mar 2015 with 55.9 mm');
    });

    it.each(
      'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ').map((name, index) => [name, index + 1] as const),
    )('shows the figures of %s', (name, number) => {
      const month = records.filter(({ date }) => Number(date.slice(5, 7)) === number);
      const sums = { max: 0, min: 0, rain: 0, wet: 0, highest: -99, lowest: 99 };
      for (const { max, min, rain } of month) {
        sums.max += max;
        sums.min += min;
        sums.rain += rain;
        if (rain >= 1) sums.wet += 1;
        if (max > sums.highest) sums.highest = max;
        if (min < sums.lowest) sums.lowest = min;
      }
      const { length } = month;
      const row = [sums.max / length, sums.min / length, sums.highest, sums.lowest, sums.rain / 4, sums.wet / 4];
      expect(pages[0]).toContain(`${name} ${row.map((figure) => figure.toFixed(1)).join(' ')}`);
    });

    it('shows the figures of the year', () => {
      expect(pages[0]).toContain('Year 16.4 8.2 35.6 -7.1 1,106.5 126.5');
    });

    it('embeds the image data of that very PNG', () => {
      const png = Buffer.from(files['seattle-weather.png']!);
      const data: Buffer[] = [];
      for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
        const start = at + 8;
        if (png.toString('latin1', at + 4, start) === 'IDAT')
          data.push(png.subarray(start, start + png.readUInt32BE(at)));
      }
      expect(data.length).toBeGreaterThan(0);
      expect(Buffer.from(files['seattle-weather.pdf']!).includes(Buffer.concat(data))).toBe(true);
    });
  });

  it('makes the same files of the same data', async () => {
    const again = await bundle(SEATTLE, 'again');
    for (const name of NAMES) expect(Buffer.compare(again[name]!, files[name]!), name).toBe(0);
  });

  it('tells its steps, and what it made, with sizes and times', async () => {
    const steps: string[] = [];
    const { made, path } = await reportBundle(SEATTLE, join(folder, 'steps'), (step, done, of) =>
      steps.push(`${done}/${of} ${step}`),
    );
    expect(steps).toEqual([
      '0/4 Reading the CSV',
      '1/4 Drawing the heat map',
      '2/4 Laying out the report',
      '3/4 Packing the ZIP',
    ]);
    expect(made.map(({ name }) => name)).toEqual([...NAMES, 'seattle-weather-report.zip']);
    expect(made.map(({ bytes }) => bytes)).toEqual([
      ...NAMES.map((name) => files[name]!.length),
      readFileSync(path).length,
    ]);
    for (const { milliseconds } of made) expect(milliseconds).toBeGreaterThan(0);
  });

  it.each<[string, string, string]>([
    [
      'Windows line ends and a byte order mark',
      `\ufeff${HEADER}\r\n2020-01-01,0.0,1.0,0.0,2.0,sun\r\n`,
      'My data, 2020',
    ],
    ['no line end behind the last row', `${HEADER}\n2020-01-01,0,1,0,2,sun`, 'My data, 2020'],
    ['days in any order', `${HEADER}\n2021-05-01,0,1,0,2,sun\n2020-01-01,0,1,0,2,sun\n`, 'My data, 2020–2021'],
    ['empty lines', `${HEADER}\n\n2020-01-01,0,1,0,2,sun\n\n`, 'My data, 2020'],
  ])('takes a CSV with %s', async (_what, content, title) => {
    const made = await bundle(write('my-data.csv', content), 'other');
    const { pages } = await readPdf(made['my-data.pdf']!);
    expect(pages[0]).toContain(title);
    expect(pages[0]).toContain('Source: my-data.csv.');
    expect(pages[0]).not.toContain('NOAA');
  });

  it('keeps twenty years on one page', async () => {
    const rows = Array.from({ length: 20 }, (_, year) => `${2001 + year}-06-30,1.5,${year},${year - 5},1.0,rain`);
    const made = await bundle(write('years.csv', [HEADER, ...rows].join('\n')), 'years');
    const { pages } = await readPdf(made['years.pdf']!);
    expect(pages).toHaveLength(1);
    for (let year = 2001; year <= 2020; year++) expect(pages[0]).toContain(` ${year} `);
    expect(pages[0]).toContain('Jun 9.5 4.5 19.0 -5.0 1.5 1.0');
    expect(pages[0]).toContain('Jul – – – – – –');
  });
});

describe('a CSV that cannot be read', () => {
  const day = '2012-01-01,0.0,12.8,5.0,4.7,sun';

  it.each<[what: string, rows: string[], problem: string]>([
    ['a field too few', [HEADER, day, '2012-01-02,1,2'], 'row 3: expected 6 fields, found 3'],
    ['a field too many', [HEADER, `${day},x`], 'row 2: expected 6 fields, found 7'],
    ['a last row that is cut off', [HEADER, day, '2012-01-'], 'row 3: expected 6 fields, found 1'],
    ['text for a number', [HEADER, '2012-01-01,0,warm,5,4,sun'], 'row 2: "warm" is not a number (temp_max)'],
    ['an empty number', [HEADER, '2012-01-01,,12,5,4,sun'], 'row 2: "" is not a number (precipitation)'],
    ['an infinite number', [HEADER, '2012-01-01,0,1,-Infinity,4,sun'], 'row 2: "-Infinity" is not a number (temp_min)'],
    ['a day that does not exist', [HEADER, '2013-02-29,0,1,1,1,sun'], 'row 2: "2013-02-29" is not a date (YYYY-MM-DD)'],
    ['another notation of dates', [HEADER, '2012/01/01,0,1,1,1,sun'], 'row 2: "2012/01/01" is not a date (YYYY-MM-DD)'],
    ['a day that comes twice', [HEADER, '', day, day], 'row 4: 2012-01-01 is there twice'],
    ['no header', [day], `row 1: expected the header ${HEADER}`],
    ['nothing in it', [], `row 1: expected the header ${HEADER}`],
    ['no row behind the header', [HEADER], 'row 2: expected a day'],
    ['binary data', ['\u0000\u0001\ufffd', '\u0002'], `row 1: expected the header ${HEADER}`],
  ])('has %s: the error names the file and the row, and nothing is written', async (_what, rows, problem) => {
    const path = write('bad.csv', rows.join('\n'));
    await expect(reportBundle(path, join(folder, 'bad'))).rejects.toThrow(new Error(`${path}, ${problem}`));
    expect(readdirSync(folder)).not.toContain('bad');
  });

  it('has more years than fit on a page', async () => {
    const days = Array.from({ length: 21 }, (_, year) => `${2000 + year}-01-01,0,1,1,1,sun`);
    const path = write('bad.csv', [HEADER, ...days].join('\n'));
    const error = new Error(`${path}: more than 20 years do not fit`);
    await expect(reportBundle(path, join(folder, 'bad'))).rejects.toThrow(error);
  });
});

describe('what other programs say of the bundle', () => {
  let zip: string;
  let pdf: string;
  beforeAll(async () => {
    const { path } = await reportBundle(SEATTLE, join(folder, 'checked'));
    zip = path;
    pdf = write('checked.pdf', unzipSync(readFileSync(path))['seattle-weather.pdf']!);
  });

  describeWith('unzip', 'the report is not checked by it')('unzip', () => {
    it('finds no errors', () => {
      expect(run('unzip', ['-t', zip])).toMatchObject({ status: 0, stderr: '' });
    });
  });

  describeWith('python3', 'the report is not checked by zipfile')('zipfile of Python', () => {
    it('finds the three files and no errors', () => {
      const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *z.namelist())';
      expect(run('python3', ['-c', script, zip]).stdout).toBe(`None ${NAMES.join(' ')}\n`);
    });
  });

  describeWith('pdftotext', 'the report is not checked by it')('pdftotext', () => {
    it('finds the title and the figures of a month', () => {
      const { status, stdout } = run('pdftotext', ['-layout', pdf, '-']);
      expect(status).toBe(0);
      expect(stdout).toContain('Seattle weather, 2012–2015');
      expect(stdout).toMatch(/Jul +26\.0 +14\.2 +35\.0 +9\.4 +12\.1 +1\.8/);
    });
  });

  describeWith('qpdf', 'the report is not checked by it')('qpdf', () => {
    it('finds no errors', () => {
      expect(run('qpdf', ['--check', pdf])).toMatchObject({ status: 0, stderr: '' });
    });
  });
});
