// Prints `N passed, N failed` from vitest's JSON report and exits with the status of the test command.
import { readFileSync } from 'node:fs';

const [path, status] = process.argv.slice(2);
let passed = 0;
let failed = Number(status) === 0 ? 0 : 1;
try {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  passed = report.numPassedTests;
  failed = Math.max(
    failed,
    report.numFailedTests +
      report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
        .length,
  );
} catch (error) {
  console.error(`No test report: ${error.message}`);
  failed = Math.max(failed, 1);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
