/**
 * Fault injection at every step of every ioctl, over random states: a call that fails has changed nothing that a program
 * can see, and in the end nothing has leaked. A failure names the seed; IOMMUFD_EMU_MODEL_SEED repeats it, and
 * IOMMUFD_EMU_MODEL_STEPS asks for more states.
 */
import { describe, expect, test } from "@jest/globals";
import { failNth } from "../../client/ts/index.js";
import { createTestIommu, type TestIommu } from "../../client/ts/testing.js";
import { errno, errnoName } from "../../proto/uapi/errno.js";
import { callNames, drawCall } from "../support/random-calls.js";
import { history } from "../support/model.js";
import { RandomClient } from "../support/random-client.js";
import { chosenSeed, Random } from "../support/random.js";
import { differences, takeInventory } from "../support/inventory.js";

const STATES = 40;
/** More, when more are asked for. */
const RUN_MS_MAX = 600_000;
/** Calls that lead to a state. */
const CALLS_MAX = 60;
/** More steps than any call here has. */
const STEPS_MAX = 400;

/**
 * What these do stays done when a copy fails, as in the kernel: it is in force before the answer is stored, or entry by
 * entry.
 */
const DONE_BEFORE_THE_ANSWER = new Set([
  "IOMMU_HWPT_INVALIDATE",
  "IOMMU_IOAS_MAP",
  "IOMMU_IOAS_MAP_FILE",
  "IOMMU_IOAS_COPY",
  "IOMMU_IOAS_UNMAP",
  "IOMMU_OPTION",
  "IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE",
  "IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE nested",
  "IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE pasid",
  "IOMMU_TEST_OP_PASID_REPLACE",
]);

/** What a program can see, and the id that a new object would get. */
async function look(iommu: TestIommu, client: RandomClient): Promise<Map<string, string>> {
  const id = await client.fd.ioasAlloc();
  await client.fd.destroy(id);
  return new Map([...(await takeInventory(iommu)), ["next id", String(id)]]);
}

/** Lets each step of a call fail in turn. @returns how many steps failed */
async function sweep(iommu: TestIommu, client: RandomClient, name: string, seed: number): Promise<number> {
  for (let nth = 1; nth <= STEPS_MAX; nth++) {
    const drawn = drawCall(new Random(seed), client, name);
    const before = await look(iommu, client);
    const { failed, value } = await client.fd.run(failNth(nth, drawn.call));
    const outcome = drawn.outcome(value!);
    if (!failed) {
      await client.learn(outcome);
      return nth - 1;
    }
    const { result } = outcome;
    // Of several tables, the next one is tried where the first could not be attached.
    if (result >= 0) {
      await client.learn(outcome);
      continue;
    }
    const changed = differences(before, await look(iommu, client));
    const described = `${name} ${JSON.stringify(drawn.values, printable)}, step ${nth}, ${errnoName(-result)}`;
    if (changed.length > 0 && result === -errno.EFAULT && DONE_BEFORE_THE_ANSWER.has(name)) return nth;
    expect({ [described]: changed }).toEqual({ [described]: [] });
  }
  throw new Error(`${name} has more than ${STEPS_MAX} steps`);
}

const printable = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? `0x${value.toString(16)}` : value;

describe("every step of every ioctl fails", () => {
  test(
    "and nothing has changed, nothing leaks",
    async () => {
      const { seed, steps: states } = history({ seed: chosenSeed(), steps: STATES });
      const random = new Random(seed);
      const iommu = createTestIommu();
      const empty = await takeInventory(iommu);
      const steps = new Map<string, number>();
      try {
        for (let state = 0; state < states; state++) {
          const client = await RandomClient.start(iommu);
          await client.settleIn(random);
          for (let count = random.below(CALLS_MAX); count > 0; count--) await client.run(drawCall(random, client));
          for (const name of callNames) {
            const failed = await sweep(iommu, client, name, random.u32());
            steps.set(name, (steps.get(name) ?? 0) + failed);
          }
          await client.close(random);
          expect(differences(empty, await takeInventory(iommu))).toEqual([]);
        }
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      } finally {
        await iommu.close();
      }
      // Every call has something that can fail.
      expect(callNames.filter((name) => (steps.get(name) ?? 0) === 0)).toEqual([]);
    },
    RUN_MS_MAX,
  );
});
