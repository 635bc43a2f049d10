/**
 * Prints "PASSED FAILED" of a run of jest from the JSON that it wrote. A file that could not be run counts as a failed
 * test; so does a test that was skipped, which is named on stderr: where everything is installed there is no reason to
 * skip one.
 */
import { readFileSync } from "node:fs";

const results = JSON.parse(readFileSync(process.argv[2], "utf8"));
const skipped = results.testResults
  .flatMap((file) => file.assertionResults)
  .filter(({ status }) => status !== "passed" && status !== "failed");
for (const { fullName, status } of skipped) console.error(`${status}: ${fullName}`);
if (results.numPassedTests === 0) throw new Error("no test ran");
console.log(results.numPassedTests, results.numFailedTests + results.numRuntimeErrorTestSuites + skipped.length);
