/**
 * A client that makes random calls on an iommufd as a process would: it has memory to map, keeps the descriptors that its
 * calls make, reads and answers their queues, and ends in order or all of a sudden.
 */
import { GuestMemory, type IommuFd, IommufdError, type MadeFile } from "../../client/ts/index.js";
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as mock from "../../proto/uapi/iommufd-test.js";
import {
  type Area,
  type FileKind,
  type Named,
  type ObjectKind,
  type Outcome,
  type RandomCall,
  PASIDS,
  drawCall,
  noIds,
  preludeNames,
} from "./random-calls.js";
import type { Random } from "./random.js";

const TEST_CMD = 0x3ba0;
const MEMORY_BYTES = 64 * 4096;
/** Of the areas that were mapped, so many of the last ones are named. */
const AREAS_NAMED_MAX = 12;

/** How to reach the daemon: a `TestIommu`, or by a socket. */
export interface Connects {
  readonly open: () => Promise<IommuFd>;
  readonly join: (token: Uint8Array) => Promise<IommuFd>;
}

interface HeldFile {
  readonly kind: FileKind;
  readonly token: Uint8Array;
  readonly held: MadeFile;
}

export class RandomClient implements Named {
  readonly files: HeldFile[] = [];
  private over = false;

  private constructor(
    readonly fd: IommuFd,
    readonly memory: Named["memory"],
    readonly ids: Record<ObjectKind, number[]>,
    readonly areas: Area[],
    private readonly ownMemory: GuestMemory,
  ) {}

  /** Opens an iommufd of its own, or joins another client's and knows what that knows. */
  static async start(iommu: Connects, other?: RandomClient | { readonly token: Uint8Array }): Promise<RandomClient> {
    const fd = await (other === undefined ? iommu.open() : iommu.join(other.token));
    const memory = GuestMemory.create({ bytes: MEMORY_BYTES });
    const { address } = await fd.registerMemory(memory);
    const { ids, areas } = other instanceof RandomClient ? other : { ids: noIds(), areas: [] };
    return new RandomClient(fd, { address, bytes: MEMORY_BYTES }, ids, areas, memory);
  }

  get token(): Uint8Array {
    return this.fd.token;
  }

  /** Makes most of what there can be. */
  async settleIn(random: Random): Promise<void> {
    for (const name of preludeNames) if (random.chance(90)) await this.run(drawCall(random, this, name));
  }

  /** Makes a call, and knows afterwards what it has made. */
  async run(drawn: RandomCall): Promise<Outcome> {
    return await this.learn(drawn.outcome(await this.fd.run(drawn.call)));
  }

  async learn(outcome: Outcome): Promise<Outcome> {
    for (const { kind, id } of outcome.ids) if (id !== 0 && !this.ids[kind].includes(id)) this.ids[kind].push(id);
    if (outcome.area !== undefined) this.areas.push(outcome.area);
    if (this.areas.length > AREAS_NAMED_MAX) this.areas.shift();
    if (outcome.file !== undefined)
      this.files.push({ ...outcome.file, held: await this.fd.openMade(outcome.file.token) });
    return outcome;
  }

  /** Reads one of its queues, and answers what it has read, or not. */
  async readQueue(random: Random): Promise<void> {
    const queues = this.files.filter(({ kind }) => kind === "fault" || kind === "veventq");
    if (queues.length === 0) return;
    const { kind, held } = random.pick(queues);
    const each = api.iommu_hwpt_pgfault.bytes;
    const bytes = await held.read(each * (1 + random.below(2)));
    if (kind !== "fault" || bytes.length === 0 || random.chance(30)) return;
    const { cookie } = decodeStruct(api.iommu_hwpt_pgfault, bytes.subarray(0, each));
    const response = encodeStruct(api.iommu_hwpt_page_response, { cookie, code: random.below(2) });
    // A group of several records has one cookie; it may have been answered with the record before.
    await held.write(response).catch((error: unknown) => {
      if (!(error instanceof IommufdError)) throw error;
    });
  }

  /** Detaches what random calls may have attached to PASIDs of a mock device. */
  async detachPasids(device: number): Promise<void> {
    for (let pasid = 1; pasid <= PASIDS; pasid++) {
      const values = { op: mock.IOMMU_TEST_OP_PASID_DETACH, id: device, pasid };
      await this.fd.ioctl(TEST_CMD, encodeStruct(mock.iommu_test_pasid_detach, values));
    }
  }

  /** Closes one descriptor that a call made. */
  async closeFile(random: Random): Promise<void> {
    if (this.files.length === 0) return;
    const [file] = this.files.splice(random.below(this.files.length), 1);
    await file!.held.close();
  }

  /** Closes everything, in random order. */
  async close(random: Random): Promise<void> {
    if (this.finish()) return;
    const all = [this.fd, ...this.files.map(({ held }) => held)];
    while (all.length > 0) await all.splice(random.below(all.length), 1)[0]!.close();
  }

  /** Ends as by SIGKILL, with calls under way. */
  async kill(random: Random, underWay: readonly RandomCall[]): Promise<void> {
    if (this.finish()) return;
    const dying = underWay.map(({ call }) => this.fd.run(call).catch(() => undefined));
    const all = [this.fd, ...this.files.map(({ held }) => held)];
    while (all.length > 0) await all.splice(random.below(all.length), 1)[0]!.connection.end();
    await Promise.all(dying);
  }

  /** @returns whether it was over already */
  private finish(): boolean {
    if (this.over) return true;
    this.over = true;
    this.ownMemory.close();
    return false;
  }
}
