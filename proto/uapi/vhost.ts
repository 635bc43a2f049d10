/**
 * The requests of vhost that a vDPA device answers, named and laid out as in the uAPI. No behaviour. Their numbers hold the size of
 * their argument, so an argument that is a struct has no size in front.
 */
import { record, s32, u32, u64 } from "./layout.js";

/** A u64 of feature bits, by pointer. */
export const VHOST_GET_FEATURES = 0x8008_af00;
export const VHOST_SET_FEATURES = 0x4008_af00;
/** No argument. */
export const VHOST_SET_OWNER = 0xaf01;
export const VHOST_SET_VRING_NUM = 0x4008_af10;
export const VHOST_SET_VRING_ADDR = 0x4028_af11;
export const VHOST_SET_VRING_BASE = 0x4008_af12;
export const VHOST_GET_VRING_BASE = 0xc008_af12;
export const VHOST_SET_VRING_KICK = 0x4008_af20;
export const VHOST_SET_VRING_CALL = 0x4008_af21;
/** A u32, by pointer. */
export const VHOST_VDPA_GET_DEVICE_ID = 0x8004_af70;
/** A u8, by pointer. */
export const VHOST_VDPA_GET_STATUS = 0x8001_af71;
export const VHOST_VDPA_SET_STATUS = 0x4001_af72;
export const VHOST_VDPA_SET_VRING_ENABLE = 0x4008_af75;
/** A u16, by pointer. */
export const VHOST_VDPA_GET_VRING_NUM = 0x8002_af76;
/** An s32, by pointer. */
export const VHOST_VDPA_SET_CONFIG_CALL = 0x4004_af77;
/** A u32, by pointer. */
export const VHOST_VDPA_GET_VQS_COUNT = 0x8004_af80;

export const vhost_vring_state = record(
  "vhost_vring_state",
  { minBytes: 8, bytes: 8 },
  { index: u32(0, "in", "of the queue"), num: u32(4, "inout", "its entries, the index of its next chain, or 0 and 1") },
);

export const vhost_vring_file = record(
  "vhost_vring_file",
  { minBytes: 8, bytes: 8 },
  { index: u32(0, "in", "of the queue"), fd: s32(4, "in", "of an eventfd; -1: none") },
);

/** Addresses are the device's: IOVAs. */
export const vhost_vring_addr = record(
  "vhost_vring_addr",
  { minBytes: 40, bytes: 40 },
  {
    index: u32(0, "in", "of the queue"),
    flags: u32(4, "in", "0"),
    desc_user_addr: u64(8, "in", "descriptor table"),
    used_user_addr: u64(16, "in", "used ring"),
    avail_user_addr: u64(24, "in", "available ring"),
    log_guest_addr: u64(32, "in", "not looked at"),
  },
);
