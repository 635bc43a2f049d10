/**
 * The way of a device's page requests to the queue of the HWPT that they belong to (specification 30, section 12.7).
 *
 * Each device of a group has one of these while something with a queue is attached to the group. Owns the requests of
 * groups that are not complete: they go when the device stops listening, unanswered.
 */
import type { PageRequest, PageResponse } from "../hw/interface.js";
import type { Attachment, IommuGroup } from "./group.js";
import { HwptNested } from "./hwpt.js";

/** RID: requests without PASID. */
const NO_PASID = 0;

export class PageRequestRouter {
  private partial: PageRequest[] = [];

  constructor(
    private readonly group: IommuGroup,
    /** See Iommu. */
    private readonly hasUserPasidTables: boolean,
  ) {}

  report(request: PageRequest, respond: (response: PageResponse) => void): void {
    const attachment = this.attachmentFor(request);
    const fault = attachment?.hwpt.fault;
    if (attachment === undefined || fault === undefined) {
      respond("invalid");
      return;
    }
    if (!request.last) {
      this.partial.push(request);
      return;
    }
    const requests = [...this.partial.filter(({ group }) => group === request.group), request];
    this.partial = this.partial.filter(({ group }) => group !== request.group);
    fault.deliver({ attachment, deviceId: attachment.deviceId, requests, respond });
  }

  private attachmentFor({ pasid }: PageRequest): Attachment | undefined {
    const rid = this.group.attachment(NO_PASID);
    if (pasid === undefined) return rid;
    const own = this.group.attachment(pasid);
    if (own !== undefined || !this.hasUserPasidTables) return own;
    return rid?.hwpt instanceof HwptNested ? rid : undefined;
  }
}
