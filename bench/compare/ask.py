"""The few queries that the comparison itself sends: is the zone there, and with which serial?"""
import random
import socket
import struct
import time

SOA = 6


class Asker:
    """Asks one server on 127.0.0.1 for a zone's SOA, without waiting longer than a moment."""

    def __init__(self, port, zone):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.zone = b"".join(bytes([len(label)]) + label.encode() for label in zone.split(".") if label) + b"\0"

    def close(self):
        self.socket.close()

    def serial(self, seconds):
        """The zone's serial number, or None when no authoritative answer comes within `seconds`."""
        ident = random.randrange(65536)
        try:
            self.socket.send(struct.pack(">6H", ident, 0, 1, 0, 0, 0) + self.zone + struct.pack(">HH", SOA, 1))
        except ConnectionError:
            return None
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                message = self.socket.recv(4096)
            except (ConnectionError, TimeoutError):
                return None
            if len(message) < 12 or struct.unpack(">H", message[:2])[0] != ident:
                continue
            flags, _, answers = struct.unpack(">3H", message[2:8])
            if flags & 0x840F != 0x8400 or answers == 0:
                return None
            return struct.unpack(">I", message[self._serial_at(message):][:4])[0]
        return None

    def _serial_at(self, message):
        at = 12 + len(self.zone) + 4
        at = self._skip_name(message, at) + 10
        return self._skip_name(message, self._skip_name(message, at))

    @staticmethod
    def _skip_name(message, at):
        while message[at]:
            if message[at] >= 0xC0:
                return at + 2
            at += 1 + message[at]
        return at + 1
