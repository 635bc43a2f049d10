/** The state machine with the mock driver: IOMMU_TEST_CMD on a bus of real mock devices, and a table of descriptors. */
import type { encodeStruct } from "../../proto/uapi/codec.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as selftest from "../../proto/uapi/iommufd-test.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { MockBus } from "../../daemon/devices/mock-bus.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { MOCK_TABLE_PFN_FIRST, MockIommu } from "../../daemon/hw/mock/iommu.js";
import { LINUX_7_1 } from "../../daemon/hw/mock/personality.js";
import type { U64 } from "../../daemon/u64.js";
import type { Descriptors, DescriptorTarget } from "../../daemon/uapi/descriptors.js";
import type { UserMemory } from "../../daemon/uapi/user-memory.js";
import { Machine } from "./machine.js";

/** More than any test maps. */
const TABLES_MAX = 4096;
/** Above stdin, stdout and stderr. */
const FIRST_DESCRIPTOR = 3;
const HWPT_ALLOC = 0x3b89;
const TEST_CMD = 0x3ba0;

/** Descriptors of one process, numbered upwards and never again. */
export class FakeDescriptors implements Descriptors {
  private readonly targets = new Map<number, DescriptorTarget>();
  private readonly unstored: { readonly fd: number; readonly address: U64 }[] = [];
  private next = FIRST_DESCRIPTOR;

  find(fd: number): DescriptorTarget | undefined {
    return this.targets.get(fd);
  }

  findContext(fd: number): Errno {
    return this.isOpen(fd) ? errno.EBADFD : errno.EBADF;
  }

  isOpen(fd: number): boolean {
    return this.targets.has(fd);
  }

  openEvent(fd: number): Errno {
    return this.isOpen(fd) ? errno.EINVAL : errno.EBADF;
  }

  create(target: DescriptorTarget, address: U64): void {
    const fd = this.next++;
    this.targets.set(fd, target);
    this.unstored.push({ fd, address });
  }

  /** Puts another file, which no ioctl made, behind a new descriptor. */
  open(target: DescriptorTarget): number {
    this.targets.set(this.next, target);
    return this.next++;
  }

  /** Stores the numbers of new descriptors, as a client does with the reply. */
  store(memory: UserMemory): void {
    for (const { fd, address } of this.unstored.splice(0))
      memory.write(address, new Uint8Array(Int32Array.of(fd).buffer));
  }

  /** The last close of what a descriptor stands for. */
  close(fd: number): void {
    this.targets.get(fd)!.release();
    this.targets.delete(fd);
  }
}

export interface MockDomainIds {
  readonly stdev: number;
  readonly hwpt: number;
  readonly idev: number;
}

export class SelftestMachine extends Machine {
  readonly files: FakeDescriptors;

  /** @param scattersPages map each page by itself, as the daemon has it by default */
  constructor({ scattersPages = true }: { readonly scattersPages?: boolean } = {}) {
    const tables = new TableMemory(TABLES_MAX, MOCK_TABLE_PFN_FIRST);
    const iommu = new MockIommu(tables, new FaultCounter(), { personality: LINUX_7_1, scattersPages });
    const descriptors = new FakeDescriptors();
    super({ mock: new MockBus(iommu), descriptors });
    this.files = descriptors;
  }

  override raw(request: number, argument: bigint, memory: UserMemory = this.memory): number {
    const error = super.raw(request, argument, memory);
    this.files.store(memory);
    return error;
  }

  /** IOMMU_TEST_CMD with one of its operations. */
  command<F extends Fields>(
    op: number,
    layout: StructLayout<F>,
    values: Parameters<typeof encodeStruct<F>>[1],
  ): ReturnType<typeof this.call<F>> {
    return this.call(TEST_CMD, layout, { ...values, op });
  }

  /** A mock device, attached to an IOAS or HWPT. @throws Error with the errno if that fails */
  mockDomain(ptId: number, flags?: number): MockDomainIds {
    const values = flags === undefined ? { id: ptId } : { id: ptId, dev_flags: flags };
    const op = flags === undefined ? selftest.IOMMU_TEST_OP_MOCK_DOMAIN : selftest.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS;
    const { error, out } = this.command(op, selftest.iommu_test_mock_domain_flags, values);
    if (error !== errno.OK) throw new Error(`errno ${error}`);
    return { stdev: out.out_stdev_id, hwpt: out.out_hwpt_id, idev: out.out_idev_id };
  }

  /** @returns the id. @throws Error with the errno if that fails */
  hwpt(deviceId: number, ptId: number, flags = 0): number {
    const values = { dev_id: deviceId, pt_id: ptId, flags };
    const { error, out } = this.call(HWPT_ALLOC, api.iommu_hwpt_alloc, values);
    if (error !== errno.OK) throw new Error(`errno ${error}`);
    return out.out_hwpt_id;
  }

  /** @param flags 1: it pins pages @returns the descriptor. @throws Error with the errno if that fails */
  access(ioasId: number, flags = 1): number {
    const values = { id: ioasId, flags };
    const { error, out } = this.command(
      selftest.IOMMU_TEST_OP_CREATE_ACCESS,
      selftest.iommu_test_create_access,
      values,
    );
    if (error !== errno.OK) throw new Error(`errno ${error}`);
    return out.out_access_fd;
  }
}
