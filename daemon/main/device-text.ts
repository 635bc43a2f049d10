/**
 * A PCI device as the command line has it: MODEL@ADDRESS[,NAME=VALUE...], as an entry of a topology's `devices`. What NAME is no
 * key of such an entry is an option of the model.
 */

/** Keys of an entry, and how their text is read; `reserved` can be given in a file only. */
const KEYS: Readonly<Record<string, (text: string) => unknown>> = {
  iommu: (text) => text,
  driver: (text) => text,
  group: numberOf,
  pasidBits: numberOf,
  pageRequests: valueOf,
};

/** @returns an entry, unchecked, or what is wrong */
export function parseDeviceText(text: string): Record<string, unknown> | string {
  const [place = "", ...settings] = text.split(",");
  const [model, address, ...more] = place.split("@");
  if (model === undefined || address === undefined || more.length > 0) return `device "${text}": must be MODEL@ADDRESS`;
  const options: Record<string, unknown> = {};
  const entry: Record<string, unknown> = { model, address, options };
  for (const setting of settings) {
    const at = setting.indexOf("=");
    if (at < 1) return `device "${text}": "${setting}" must be NAME=VALUE`;
    const name = setting.slice(0, at);
    const value = setting.slice(at + 1);
    const key = KEYS[name];
    if (key === undefined) options[name] = valueOf(value);
    else entry[name] = key(value);
  }
  return entry;
}

/** A number where the text is one, in decimal or with 0x; else the text, which the check of the entry refuses. */
function numberOf(text: string): unknown {
  return /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : text;
}

function valueOf(text: string): unknown {
  return text === "true" || text === "false" ? text === "true" : numberOf(text);
}
