/** VDEVICE: a device as the guest of a vIOMMU knows it (specification 30, section 14). */
import type { U64 } from "../u64.js";
import type { DeviceObject } from "./device.js";
import { IommufdObject } from "./objects.js";
import type { ViommuObject } from "./viommu.js";

export class VdeviceObject extends IommufdObject {
  override readonly type = "vdevice";

  /** For `ViommuObject.addDevice`. Takes a user of both until teardown. */
  constructor(
    readonly viommu: ViommuObject,
    readonly device: DeviceObject,
    readonly virtualId: U64,
  ) {
    super();
    viommu.users++;
    device.users++;
  }

  override teardown(): void {
    this.viommu.forgetDevice(this);
    this.device.vdevice = undefined;
    this.device.users--;
    this.viommu.users--;
  }

  override inspect(): Record<string, unknown> {
    return { viommu: this.viommu.id, device: this.device.id, virtualId: this.virtualId };
  }
}
