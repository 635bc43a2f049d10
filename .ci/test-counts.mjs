/**
 * Prints "PASSED FAILED" of a run of jest from the JSON that it wrote. A test that was skipped counts as failed and is
 * named on stderr: where everything is installed there is no reason to skip one.
 */
import { readFileSync } from "node:fs";

const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const skipped = testResults
  .flatMap((file) => file.assertionResults)
  .filter(({ status }) => status !== "passed" && status !== "failed");
for (const { fullName, status } of skipped) console.error(`${status}: ${fullName}`);
if (numPassedTests === 0) throw new Error("no test ran");
console.log(numPassedTests, numFailedTests + skipped.length);
