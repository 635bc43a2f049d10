/** The queues of page requests and of vIOMMU events as streams of records. */
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as test from "../../proto/uapi/iommufd-test.js";
import type { MadeFile } from "./made-file.js";

/** Records for which there is room at first: a group comes whole or not at all. */
const REQUESTS_CAPACITY = 64;
const EVENTS_BYTES = 4096;

/** Of what follows the header of an event, in bytes, by the type of the queue. */
const eventBytes = new Map<number, number>([
  [api.IOMMU_VEVENTQ_TYPE_ARM_SMMUV3, api.iommu_vevent_arm_smmuv3.bytes],
  [api.IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV, api.iommu_vevent_tegra241_cmdqv.bytes],
  [test.IOMMU_VEVENTQ_TYPE_SELFTEST, test.iommu_viommu_event_selftest.bytes],
]);

/** struct iommu_hwpt_pgfault */
export interface PageRequest {
  readonly deviceId: number;
  /** Undefined: the request came without one. */
  readonly pasid: number | undefined;
  /** Of the page request group. */
  readonly groupId: number;
  readonly lastOfGroup: boolean;
  /** IOMMU_PGFAULT_PERM_* */
  readonly permissions: number;
  readonly address: bigint;
  /** Answers the whole group. */
  readonly cookie: number;
}

/** An event of a vIOMMU: struct iommufd_vevent_header and what follows it. */
export interface VirtualEvent {
  readonly sequence: number;
  /** Events before this one were lost; `data` is empty. */
  readonly lost: boolean;
  /** The driver's struct. */
  readonly data: Uint8Array;
}

/** What both queues share: records as they come, for as long as the queue is open. */
abstract class Queue<T> {
  constructor(
    /** Of the object: for IOMMU_DESTROY, and for calls that name it. */
    readonly id: number,
    readonly file: MadeFile,
  ) {}

  /** What is there now, as read(2) gives it; it does not wait. */
  abstract read(): Promise<T[]>;

  /** Resolves as soon as there is something to read, or the queue is over. */
  untilReadable(): Promise<void> {
    return this.file.untilReadable();
  }

  /** Closes the descriptor, and with the last one the queue; the object stays until it is destroyed. */
  close(): Promise<void> {
    return this.file.close();
  }

  /** Ends when the queue is closed here. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      await this.untilReadable();
      if (this.file.connection.closed) return;
      yield* await this.read();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The queue that IOMMU_FAULT_QUEUE_ALLOC made. */
export class FaultQueue extends Queue<PageRequest> {
  override async read(): Promise<PageRequest[]> {
    const each = api.iommu_hwpt_pgfault.bytes;
    let capacity = REQUESTS_CAPACITY;
    let bytes = await this.file.read(capacity * each);
    while (bytes.length === 0 && this.file.readable) {
      capacity *= 2;
      bytes = await this.file.read(capacity * each);
    }
    return Array.from({ length: bytes.length / each }, (_, index) => {
      const record = decodeStruct(api.iommu_hwpt_pgfault, bytes.subarray(index * each, (index + 1) * each));
      return {
        deviceId: record.dev_id,
        pasid: (record.flags & api.IOMMU_PGFAULT_FLAGS_PASID_VALID) === 0 ? undefined : record.pasid,
        groupId: record.grpid,
        lastOfGroup: (record.flags & api.IOMMU_PGFAULT_FLAGS_LAST_PAGE) !== 0,
        permissions: record.perm,
        address: record.addr,
        cookie: record.cookie,
      };
    });
  }

  /**
   * Answers a group of requests.
   * @param resolved true: the device may try again; false: its access fails
   * @throws IommufdError EINVAL: no group awaits an answer to this cookie
   */
  async respond(cookie: number, resolved: boolean): Promise<void> {
    const code = resolved ? api.IOMMUFD_PAGE_RESP_SUCCESS : api.IOMMUFD_PAGE_RESP_INVALID;
    await this.file.write(encodeStruct(api.iommu_hwpt_page_response, { cookie, code }));
  }
}

/** The queue that IOMMU_VEVENTQ_ALLOC made. */
export class EventQueue extends Queue<VirtualEvent> {
  /** @param type IOMMU_VEVENTQ_TYPE_* */
  constructor(
    id: number,
    file: MadeFile,
    private readonly type: number,
  ) {
    super(id, file);
  }

  override async read(): Promise<VirtualEvent[]> {
    const bytes = await this.file.read(EVENTS_BYTES);
    const events: VirtualEvent[] = [];
    const header = api.iommufd_vevent_header.bytes;
    for (let at = 0; at < bytes.length;) {
      const { flags, sequence } = decodeStruct(api.iommufd_vevent_header, bytes.subarray(at, at + header));
      const lost = (flags & api.IOMMU_VEVENTQ_FLAG_LOST_EVENTS) !== 0;
      const end = at + header + (lost ? 0 : (eventBytes.get(this.type) ?? 0));
      events.push({ sequence, lost, data: bytes.slice(at + header, end) });
      at = end;
    }
    return events;
  }
}
