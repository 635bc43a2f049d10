/** Tests run on what `npm run build` compiled: the code that ships is the code that is tested. */
export default {
  roots: ["<rootDir>/build/test"],
  testMatch: ["**/*.test.js"],
  globalSetup: "<rootDir>/scripts/join-command.mjs",
  testEnvironment: "node",
  transform: {},
  testTimeout: 60_000,
  maxWorkers: 2,
};
