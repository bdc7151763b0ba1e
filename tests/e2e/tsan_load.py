"""Everything at once against one toriid: UDP, TCP at its cap, swaps, scrapes, SIGUSR1, then SIGTERM. Meant for a build
with ThreadSanitizer, whose reports fail it; passes on any build.

    tsan_load.py [TORIID] [SECONDS]
"""
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time

import dns.message

import harness


def tcp_clients(port, ending, counts):
    """Opens connections beyond the cap, pipelines, half-closes, resets, and leaves some to be evicted."""
    choice = random.Random(1)
    kept = []
    queries = b"".join(harness.frame(dns.message.make_query(f"d{i}.gate.test.", "A").to_wire()) for i in range(20))
    while not ending.is_set():
        try:
            client = socket.create_connection(("127.0.0.1", port), 5)
            client.sendall(queries[: choice.choice((len(queries), 40, 1, 70))])
            act = choice.randrange(4)
            if act == 0:
                client.shutdown(socket.SHUT_WR)
            if act <= 1:
                while act == 0 and harness.read_frame(client) is not None:
                    counts["tcp"] += 1
                client.close()
            else:
                kept.append(client)
            if len(kept) > 100:
                kept.pop(0).close()
        except OSError:
            counts["tcp_errors"] += 1
    for client in kept:
        client.close()


def main():
    toriid = sys.argv[1] if len(sys.argv) > 1 else harness.program("toriid")
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0
    folder = tempfile.mkdtemp(prefix="torii-load-")
    image = os.path.join(folder, "image")
    counts = {"tcp": 0, "tcp_errors": 0}
    try:
        harness.compile_image(image, 1)
        server = harness.Server(image, "--workers", "4", "--set", "tcp.connections_max=40", "--set",
                                "tcp.idle_timeout_ms=300", toriid=toriid,
                                environment={"TSAN_OPTIONS": "halt_on_error=0 exitcode=66"})
        udp = harness.UdpLoop(server.port, [f"d{i}.gate.test." for i in range(200)])
        ending = threading.Event()
        clients = [threading.Thread(target=tcp_clients, args=(server.port, ending, counts)) for _ in range(2)]
        udp.start()
        for client in clients:
            client.start()
        serial = 1
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            serial += 1
            harness.compile_image(image, serial)
            server.send_signal(signal.SIGHUP if serial % 2 else signal.SIGUSR1)
            server.get("/metrics")
            server.get("/readyz")
        swaps = server.metric("torii_image_swaps_total")
        evicted = server.metric('torii_tcp_closed_total{reason="evicted_idle"}')
        server.send_signal(signal.SIGTERM)  # in the middle of it all
        status = server.process.wait(30)
        ending.set()
        udp.PATIENCE = 0.1
        udp.finish()
        for client in clients:
            client.join(20)
        print(f"udp {udp.answered}, tcp {counts['tcp']}, swaps {swaps:.0f}, evicted {evicted:.0f}, exit status {status}")
        if "ThreadSanitizer" in server.raw_log() or status != 0:
            print(server.raw_log())
            return 1
        return 0 if udp.answered > 0 and counts["tcp"] > 0 and swaps > 1 and evicted > 0 else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
