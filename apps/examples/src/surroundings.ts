import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';

/** What a recipe needs around it to run without a question. */
export interface Surroundings {
  /** For its `main`. */
  args: string[];
  /** For its process: set it before the recipe runs. */
  env: Record<string, string>;
  /** Ends what was started. */
  stop(): Promise<void>;
}

/**
 * Starts what the example of a recipe needs and a machine may not have: for `object-storage` an S3 server on loopback
 * that keeps its objects in a temporary folder. The others need nothing.
 */
export async function surroundings(name: string): Promise<Surroundings> {
  if (name !== 'object-storage') return { args: [], env: {}, stop: async () => {} };
  const bucket = 'memio-examples';
  const directory = await mkdtemp(join(tmpdir(), 'memio-s3-'));
  const options = { address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: bucket }] };
  const server = new S3rver(options);
  const { port } = await server.run();
  return {
    args: [bucket],
    env: {
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      // The SDK would say on stderr that it will not run on Node.js 20 for ever.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
