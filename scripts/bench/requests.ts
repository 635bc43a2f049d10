/** Ioctl numbers by name, from the rows of the uAPI. */
import { ioctlTable } from "../../proto/uapi/table.js";

/** @param name as in the uAPI, such as "IOMMU_DESTROY" */
export function requestOf(name: string): number {
  const row = ioctlTable.find((each) => each.name === name);
  if (row === undefined) throw new Error(`no ioctl has the name ${name}`);
  return row.request;
}
