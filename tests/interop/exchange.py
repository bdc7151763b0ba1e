"""Sends many queries at once and pairs the answers: UDP with a window of outstanding IDs, TCP pipelined."""
import select
import socket
import struct
import time


class Lost(Exception):
    """Some queries got no answer."""


def udp(port, queries, *, window=128, seconds=1.0, tries=4, host="127.0.0.1"):
    """Answers to `queries` (octets without the ID), in their order. Unanswered ones are sent again, `tries` times."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.connect((host, port))
        sock.setblocking(False)
        answers, sent, attempts = [None] * len(queries), {}, {}
        todo, next_index = [], 0
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        while next_index < len(queries) or sent or todo:
            while len(sent) < window and (todo or next_index < len(queries)):
                if todo:
                    index = todo.pop()
                else:
                    index = next_index
                    next_index += 1
                attempts[index] = attempts.get(index, 0) + 1
                if attempts[index] > tries:
                    raise Lost(f"no UDP answer on port {port} to {queries[index].hex()}")
                sock.send(struct.pack("!H", index & 0xFFFF) + queries[index])
                sent[index & 0xFFFF] = (index, time.monotonic())
            if poll.poll(50):
                try:
                    while True:
                        data = sock.recv(65535)
                        entry = sent.pop(data[0] << 8 | data[1], None) if len(data) >= 2 else None
                        if entry:
                            answers[entry[0]] = data
                except BlockingIOError:
                    pass
            else:
                late = time.monotonic() - seconds
                for key in [key for key, (_, when) in sent.items() if when < late]:
                    todo.append(sent.pop(key)[0])
        return answers


def tcp(port, queries, *, window=48, seconds=10.0, host="127.0.0.1"):
    """Answers to `queries`, in their order, pipelined over as few connections as the server allows."""
    answers, done = [None] * len(queries), 0
    failures = 0
    while done < len(queries):
        before = done
        done = _tcp_connection(host, port, queries, answers, done, window, seconds)
        failures = 0 if done > before else failures + 1
        if failures > 3:
            raise Lost(f"no TCP answer on port {port} to {queries[done].hex()}")
    return answers


def _tcp_connection(host, port, queries, answers, first, window, seconds):
    """One connection: sends from `first` on; the index of the first query that is still unanswered."""
    todo = [i for i in range(first, len(queries)) if answers[i] is None]
    with socket.create_connection((host, port), timeout=seconds) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        outstanding, position, buffer = {}, 0, bytearray()
        while position < len(todo) or outstanding:
            batch = bytearray()
            while position < len(todo) and len(outstanding) < window:
                index = todo[position]
                position += 1
                outstanding[index & 0xFFFF] = index
                batch += struct.pack("!HH", len(queries[index]) + 2, index & 0xFFFF) + queries[index]
            try:
                if batch:
                    sock.sendall(batch)
                data = sock.recv(1 << 18)
            except (ConnectionError, socket.timeout):
                break
            if not data:
                break
            buffer += data
            while len(buffer) >= 2 and len(buffer) >= 2 + (buffer[0] << 8 | buffer[1]):
                length = buffer[0] << 8 | buffer[1]
                message = bytes(buffer[2:2 + length])
                del buffer[:2 + length]
                index = outstanding.pop(message[0] << 8 | message[1], None)
                if index is not None:
                    answers[index] = message
    return next((i for i in range(first, len(queries)) if answers[i] is None), len(queries))
