/** What daemon and clients have to agree on about the socket's path. */

/** The environment variable that names the daemon's socket. */
export const SOCKET_VARIABLE = "IOMMUFD_EMU_SOCKET";

/** Bytes that the path of a Unix socket can have: sun_path of unix(7) has 108, the last of them the terminator. */
export const SOCKET_PATH_BYTES_MAX = 107;
