/** The tree of files of a running daemon: made at the start, kept up to date with the bus, removed at the end. */
import { cpus } from "node:os";
import { Attributes } from "./attributes.js";
import { chooseMajors, realFiles, withHost, type HostFiles } from "./host.js";
import { layoutTree } from "./layout.js";
import type { CharacterMajors, TreeBus, TreeIommu } from "./machine.js";
import { TreeWriter } from "./writer.js";

/** Whether the simulated devices are shown beside the machine's own or instead of them. */
export const SYSFS_MODES = ["beside", "instead"] as const;
export type SysfsMode = (typeof SYSFS_MODES)[number];

export interface TreeOptions {
  readonly path: string;
  readonly mode: SysfsMode;
  readonly bus: TreeBus;
  readonly iommus: () => readonly TreeIommu[];
  /** Default: this machine's. */
  readonly host?: HostFiles;
}

export class FileTree {
  readonly attributes: Attributes;
  private readonly writer: TreeWriter;
  private readonly host: HostFiles;
  private readonly majors: CharacterMajors;
  private removed = false;

  /** @throws TreePathError */
  constructor(private readonly options: TreeOptions) {
    this.host = options.host ?? realFiles;
    this.majors = chooseMajors(this.host);
    this.attributes = new Attributes(options.bus);
    this.writer = new TreeWriter(options.path);
    this.update();
    options.bus.onChange(() => {
      this.update();
    });
  }

  /** Nothing is left on disk. */
  remove(): void {
    this.removed = true;
    this.writer.remove();
  }

  private update(): void {
    if (this.removed) return;
    const { bus, iommus, mode } = this.options;
    const instead = mode === "instead";
    const { majors } = this;
    const entries = layoutTree({ slots: bus.slots(), iommus: iommus(), cpus: cpus().length, majors }, instead);
    this.writer.apply(withHost(entries, this.host, majors, instead));
  }
}
