#!/usr/bin/env python3
"""A client of the daemon in standard-library Python, written from docs/protocol.md alone.

Usage: python_client.py SOCKET. It maps and unmaps a page of a file that it registers as a region, asks for the status,
is refused with a wrong Hello, and prints what it saw as one JSON object.
"""
import json
import os
import socket
import struct
import sys
import tempfile

PAGE = 4096

# Numbers of fields, from the tables of docs/protocol.md.
HELLO, OPEN, IOCTL, CLOSE, REGION_ADD, STATUS = 2, 3, 5, 7, 9, 18
REPLY_ERROR, REPLY_HELLO, REPLY_OPEN, REPLY_IOCTL, REPLY_CLOSE, REPLY_RESULT, REPLY_STATUS = 2, 3, 4, 6, 8, 10, 15

# Request numbers and structs, from docs/ioctls.md.
IOMMU_DESTROY, IOMMU_IOAS_ALLOC, IOMMU_IOAS_MAP, IOMMU_IOAS_UNMAP = 0x3B80, 0x3B81, 0x3B85, 0x3B86
READABLE_AND_WRITEABLE = 4 | 2


# ---- protobuf ----------------------------------------------------------------------------------------------------------


def varint(value):
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def message(*fields):
    """Fields are (number, value); a value is an integer of 0 or more, a str, or bytes (also an encoded message)."""
    encoded = b""
    for number, value in fields:
        if isinstance(value, int):
            encoded += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            encoded += varint(number << 3 | 2) + varint(len(data)) + data
    return encoded


class Message:
    """The fields of an encoded message; those that are not there read as 0 or empty."""

    def __init__(self, encoded):
        self.fields = {}
        self.encoded, self.at = encoded, 0
        while self.at < len(encoded):
            tag = self.take_varint()
            if tag & 7 == 0:
                value = self.take_varint()
            elif tag & 7 == 2:
                value = self.take(self.take_varint())
            else:
                value = self.take({1: 8, 5: 4}[tag & 7])
            self.fields.setdefault(tag >> 3, []).append(value)

    def take(self, length):
        taken = self.encoded[self.at : self.at + length]
        if len(taken) < length:
            raise ValueError("the message ends inside a field")
        self.at += length
        return taken

    def take_varint(self):
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def integer(self, number):
        return self.fields.get(number, [0])[-1]

    def signed(self, number):
        """A sint32."""
        value = self.integer(number)
        return value >> 1 ^ -(value & 1)

    def bytes(self, number):
        return self.fields.get(number, [b""])[-1]

    def text(self, number):
        return self.bytes(number).decode()

    def all(self, number):
        return self.fields.get(number, [])


# ---- connection --------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """The daemon ended the session; `code` is stable."""

    def __init__(self, error):
        super().__init__(error.text(2))
        self.code = error.text(1)


class Connection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.sequence = 0

    def receive(self, length):
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise EOFError("the daemon closed the connection")
            data += part
        return data

    def request(self, number, body, reply_number):
        self.sequence += 1
        frame = message((1, self.sequence), (number, body))
        self.socket.sendall(struct.pack("<I", len(frame)) + frame)
        (length,) = struct.unpack("<I", self.receive(4))
        reply = Message(self.receive(length))
        if REPLY_ERROR in reply.fields:
            raise Refused(Message(reply.bytes(REPLY_ERROR)))
        if reply.integer(1) != self.sequence or reply_number not in reply.fields:
            raise ValueError(f"reply {reply.fields} to request {self.sequence}")
        return Message(reply.bytes(reply_number))

    def hello(self, version=1, required=()):
        fields = [(1, version), *((2, feature) for feature in required), (3, "python_client.py")]
        return self.request(HELLO, message(*fields), REPLY_HELLO)

    def ioctl(self, request, data):
        """Runs an ioctl whose struct is `data`. Returns the result and the struct as it is afterwards."""
        address = 0x10000
        body = message(
            (1, request),
            (2, address),
            (3, message((1, address), (2, data))),
            (4, message((1, address), (2, len(data)))),
        )
        reply = self.request(IOCTL, body, REPLY_IOCTL)
        after = bytearray(data)
        for segment in map(Message, reply.all(2)):
            at = segment.integer(1) - address
            stored = segment.bytes(2)
            after[at : at + len(stored)] = stored
        return reply.signed(1), bytes(after)

    def is_closed(self):
        return self.socket.recv(1) == b""


# ---- what it does ------------------------------------------------------------------------------------------------------


def map_and_unmap(path, seen):
    connection = Connection(path)
    hello = connection.hello(required=["regions", "status"])
    limits = Message(hello.bytes(3))
    seen["features"] = [feature.decode() for feature in hello.all(2)]
    seen["limits"] = [limits.integer(number) for number in range(1, 7)]
    seen["daemon"] = hello.text(4)

    token = os.urandom(16)
    opened = connection.request(OPEN, message((1, "/dev/iommu"), (2, token)), REPLY_OPEN)
    seen["open"] = opened.integer(1)
    seen["token_kept"] = opened.bytes(2) == token

    seen["alloc"], struct_after = connection.ioctl(IOMMU_IOAS_ALLOC, struct.pack("<III", 12, 0, 0))
    (ioas_id,) = struct.unpack_from("<I", struct_after, 8)
    seen["ioas_id"] = ioas_id

    user_va = 1 << 44
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(PAGE)
        region = connection.request(
            REGION_ADD, message((1, user_va), (2, PAGE), (3, 1), (4, os.path.realpath(file.name))), REPLY_RESULT
        )
        seen["region"] = region.integer(1)
        again = connection.request(REGION_ADD, message((1, user_va), (2, PAGE), (6, 1)), REPLY_RESULT)
        seen["region_again"] = again.integer(1)

    to_map = struct.pack("<IIIIQQQ", 40, READABLE_AND_WRITEABLE, ioas_id, 0, user_va, PAGE, 0)
    seen["map"], struct_after = connection.ioctl(IOMMU_IOAS_MAP, to_map)
    (iova,) = struct.unpack_from("<Q", struct_after, 32)
    seen["iova_aligned"] = iova % PAGE == 0

    seen["destroy_unknown"], _ = connection.ioctl(IOMMU_DESTROY, struct.pack("<II", 8, ioas_id + 1))
    seen["unmap"], struct_after = connection.ioctl(IOMMU_IOAS_UNMAP, struct.pack("<IIQQ", 24, ioas_id, iova, PAGE))
    (seen["unmapped"],) = struct.unpack_from("<Q", struct_after, 16)
    seen["unmap_again"], _ = connection.ioctl(IOMMU_IOAS_UNMAP, struct.pack("<IIQQ", 24, ioas_id, iova, PAGE))

    status = json.loads(connection.request(STATUS, b"", REPLY_STATUS).text(1))
    seen["clients"] = [session["client"] for session in status["sessions"]]

    seen["destroy"], _ = connection.ioctl(IOMMU_DESTROY, struct.pack("<II", 8, ioas_id))
    seen["released"] = connection.request(CLOSE, b"", REPLY_CLOSE).integer(1)
    seen["alloc_after_close"], _ = connection.ioctl(IOMMU_IOAS_ALLOC, struct.pack("<III", 12, 0, 0))


def refusal(path, **hello):
    connection = Connection(path)
    try:
        connection.hello(**hello)
    except Refused as refused:
        return [refused.code, connection.is_closed()]
    return []


def main():
    path = sys.argv[1]
    seen = {}
    map_and_unmap(path, seen)
    seen["wrong_version"] = refusal(path, version=2)
    seen["wrong_feature"] = refusal(path, required=["telepathy"])
    print(json.dumps(seen))


main()
