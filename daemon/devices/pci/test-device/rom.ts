/**
 * The expansion ROM of the test device (PCI Firmware Specification 3.0, section 5.1): one image whose code returns at once.
 */
import type { PciIdentity } from "../model.js";

const UNIT_BYTES = 512;
export const ROM_BYTES = 4 * UNIT_BYTES;
/** Of the PCI data structure, "PCIR". */
const DATA_OFFSET = 0x1c;
const DATA_BYTES = 0x18;
const RETURN_FAR = 0xcb;
const LAST_IMAGE = 0x80;

export function romImage({ vendorId, deviceId, classCode }: PciIdentity): Uint8Array {
  const image = new Uint8Array(ROM_BYTES);
  const view = new DataView(image.buffer);
  view.setUint16(0x00, 0xaa55, true);
  image[0x02] = ROM_BYTES / UNIT_BYTES;
  image[0x03] = RETURN_FAR;
  view.setUint16(0x18, DATA_OFFSET, true);
  image.set([0x50, 0x43, 0x49, 0x52], DATA_OFFSET);
  view.setUint16(DATA_OFFSET + 0x04, vendorId, true);
  view.setUint16(DATA_OFFSET + 0x06, deviceId, true);
  view.setUint16(DATA_OFFSET + 0x0a, DATA_BYTES, true);
  image.set([classCode & 0xff, (classCode >> 8) & 0xff, classCode >> 16], DATA_OFFSET + 0x0d);
  view.setUint16(DATA_OFFSET + 0x10, ROM_BYTES / UNIT_BYTES, true);
  image[DATA_OFFSET + 0x15] = LAST_IMAGE;
  // The bytes of an image add up to 0.
  const sum = image.reduce((total, byte) => total + byte, 0);
  image[ROM_BYTES - 1] = -sum & 0xff;
  return image;
}
