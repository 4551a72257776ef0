"""Hostile clients of every kind beside 20 ordinary ones, against the real server: attack.py SERVER [SECONDS].

Ends with 1 if an ordinary client's message is lost, doubled, out of order or later than a second, if the server holds
more than 200 MB, does not give back what it held, or ends. Prints what it measured.
"""

import asyncio
import base64
import collections
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

CLIENTS = 20
MAX_MEGABYTES = 200
MAX_DELAY = 1.0
# Connections that the pool opens to a file, each with its database and its log.
MAX_READERS = 10
# Its own address for each kind of attacker, so that what one address may do does not spare the others: all of
# 127.0.0.0/8 is this machine.
ORDINARY = "127.0.0.1"


def frame(opcode, payload=b"", fin=True, length=None):
    """A client's frame; its mask is 0."""
    length = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 1 << 16:
        head += bytes([0x80 | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([0x80 | 127]) + length.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


OPEN = set()


async def connect(port, address):
    """A connection that is ended with the attack at the latest."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    OPEN.add(writer)
    return reader, writer


def abort(writer):
    OPEN.discard(writer)
    writer.transport.abort()


class Client:
    """A WebSocket that does what it is told."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port, address):
        reader, writer = await connect(port, address)
        key = base64.b64encode(random.randbytes(16)).decode()
        writer.write((f"GET /ws HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        if b" 101 " not in head.split(b"\r\n")[0]:
            abort(writer)
            raise ConnectionError(head.split(b"\r\n")[0].decode())
        return cls(reader, writer)

    def send(self, opcode, payload=b"", **options):
        self.writer.write(frame(opcode, payload, **options))

    def say(self, **message):
        self.send(1, json.dumps(message).encode())

    def log_in(self, name, key=None):
        self.say(username=name, admin=key is not None, admin_key=key or "")

    async def receive(self):
        """The next frame: opcode and payload."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
        return first & 0xF, await self.reader.readexactly(length)

    def close(self):
        abort(self.writer)


class Ordinary:
    """Says something now and then, and hears what the others say."""

    def __init__(self, number, world):
        self.name, self.world = f"user{number}", world
        self.heard = collections.defaultdict(list)
        self.closed = None

    async def run(self, port):
        self.client = await Client.open(port, ORDINARY)
        self.client.log_in(self.name)
        await asyncio.gather(self.listen(), self.talk())

    async def listen(self):
        while True:
            try:
                opcode, payload = await self.client.receive()
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                self.closed = self.closed or str(error)
                return
            if opcode == 9:
                self.client.send(10, payload)
            elif opcode == 8:
                self.closed = payload[2:].decode()
            elif opcode == 1:
                self.hear(json.loads(payload))

    def hear(self, message):
        match = re.fullmatch(r"(\w+) says (\d+) at ([\d.]+)", message.get("content", ""))
        if message.get("type") == "text" and match and message["sender"] == match[1]:
            # What the replay shows was said before this client came.
            if float(match[3]) >= self.world.began:
                self.heard[match[1]].append(int(match[2]))
                self.world.delays.append(time.time() - float(match[3]))

    async def talk(self):
        await asyncio.sleep(2)
        count = 0
        while not self.world.is_over:
            self.client.say(type="text", content=f"{self.name} says {count} at {time.time()}")
            count += 1
            await asyncio.sleep(random.uniform(0.5, 1.5))
        self.world.said[self.name] = count


class World:
    def __init__(self, port, pid):
        self.port, self.pid = port, pid
        self.began, self.is_over = time.time(), False
        self.said, self.delays, self.done = {}, [], collections.Counter()

    def megabytes(self):
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    def descriptors(self):
        """Of clients, and of files: the database opens more of those for readers that come at once."""
        sockets = files = 0
        for number in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                is_socket = os.readlink(f"/proc/{self.pid}/fd/{number}").startswith("socket:")
            except FileNotFoundError:
                continue
            sockets, files = sockets + is_socket, files + (not is_socket)
        return sockets, files


async def hold(world, client, seconds):
    end = time.time() + seconds
    while time.time() < end and not world.is_over:
        await asyncio.sleep(0.2)
    client.close()


async def flood(world, writer, data, seconds=8):
    """Writes without reading until the other side takes no more, then holds the connection."""
    end = time.time() + seconds
    while time.time() < end and not world.is_over:
        writer.write(data)
        try:
            await asyncio.wait_for(writer.drain(), 1)
        except asyncio.TimeoutError:
            continue
    abort(writer)


async def unread_pings(world, address):
    client = await Client.open(world.port, address)
    client.log_in(f"pinger{random.randrange(10 ** 6)}")
    client.reader._transport.pause_reading()
    await flood(world, client.writer, frame(9, b"x" * 125) * 500)


async def unread_answers(world, address):
    reader, writer = await connect(world.port, address)
    reader._transport.pause_reading()
    await flood(world, writer, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 500)


async def unfinished_messages(world, address):
    client = await Client.open(world.port, address)
    client.log_in(f"half{random.randrange(10 ** 6)}")
    await asyncio.sleep(0.5)
    client.writer.write(frame(1, b"", length=31 << 20)[:14])
    for _ in range(30):
        client.writer.write(b" " * (1 << 20))
        await asyncio.wait_for(client.writer.drain(), 5)
    await hold(world, client, 20)


async def slow_heads(world, address):
    reader, writer = await connect(world.port, address)
    for byte in b"GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 100:
        if world.is_over:
            break
        writer.write(bytes([byte]))
        await asyncio.sleep(0.3)
    abort(writer)


async def many_sockets(world, address):
    writers = []
    for _ in range(400):
        _, writer = await connect(world.port, address)
        writers.append(writer)
    await asyncio.sleep(3)
    for writer in writers:
        abort(writer)


async def guessed_keys(world, address):
    client = await Client.open(world.port, address)
    client.log_in("root", key=f"guess{random.randrange(10 ** 6)}")
    await asyncio.wait_for(client.receive(), 5)
    client.close()


async def coming_and_going(world, address):
    for _ in range(20):
        client = await Client.open(world.port, address)
        client.log_in(f"guest{random.randrange(10 ** 6)}")
        await asyncio.wait_for(client.receive(), 10)
        client.close()


async def garbage(world, address):
    client = await Client.open(world.port, address)
    client.log_in(f"noise{random.randrange(10 ** 6)}")
    client.writer.write(random.choice([
        random.randbytes(1000), frame(1, b"\xff\xfe"), frame(3), frame(9, b"x" * 126), frame(1, b"{", fin=False) * 2,
        frame(8, b"\x03"), frame(1, b"[" * 60000), frame(1, b'{"type":"text","content":"\\u001b[2J\\u0007"}'),
    ]))
    try:
        while True:
            await asyncio.wait_for(client.receive(), 2)
    except asyncio.TimeoutError:
        client.close()


async def reactions(world, address):
    client = await Client.open(world.port, address)
    client.log_in(f"fan{random.randrange(10 ** 6)}")
    for number in range(100):
        client.say(type="reaction", reaction={"emoji": f"e{number}", "target_id": 1})
    await hold(world, client, 3)


ATTACKS = [unread_pings, unread_answers, unfinished_messages, slow_heads, many_sockets, guessed_keys, coming_and_going,
           garbage, reactions]


async def attack_again_and_again(world, kind, number):
    address = f"127.0.{10 + ATTACKS.index(kind)}.{number + 1}"
    while not world.is_over:
        try:
            await kind(world, address)
            world.done[kind.__name__] += 1
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            world.done[kind.__name__ + " cut"] += 1
        await asyncio.sleep(0.1)


async def watch(world):
    peak = 0
    while not world.is_over:
        peak = max(peak, world.megabytes())
        await asyncio.sleep(0.2)
    return peak


async def run(port, pid, seconds):
    world = World(port, pid)
    users = [Ordinary(number, world) for number in range(CLIENTS)]
    talking = [asyncio.create_task(user.run(port)) for user in users]
    await asyncio.sleep(3)
    before = world.megabytes(), world.descriptors()
    watching = asyncio.create_task(watch(world))
    hostile = [asyncio.create_task(attack_again_and_again(world, kind, number)) for kind in ATTACKS for number in range(3)]
    await asyncio.sleep(seconds)
    world.is_over = True
    for task in hostile:
        task.cancel()
    await asyncio.gather(*hostile, return_exceptions=True)
    ours = {user.client.writer for user in users}
    for writer in OPEN - ours:
        writer.transport.abort()
    peak = await watching
    await asyncio.sleep(3)
    failures = []
    for user in users:
        if user.closed:
            failures.append(f"{user.name} was closed: {user.closed}")
        for name, count in world.said.items():
            if user.heard[name] != list(range(count)):
                failures.append(f"{user.name} heard {len(user.heard[name])} of {count} of {name}")
    await asyncio.sleep(7)
    after = world.megabytes(), world.descriptors()
    for task in talking:
        task.cancel()
    delays = sorted(world.delays) or [0]
    print(f"messages: {sum(world.said.values())} said, {len(delays)} heard, at most {delays[-1] * 1000:.0f} ms late, "
          f"99 of 100 within {delays[len(delays) * 99 // 100] * 1000:.0f} ms")
    print(f"memory: {before[0]:.0f} MB before, {peak:.0f} at most, {after[0]:.0f} ten seconds after")
    print(f"sockets and files: {before[1]} before, {after[1]} after")
    print("attacks: " + ", ".join(f"{name} {count}" for name, count in sorted(world.done.items())))
    if delays[-1] > MAX_DELAY:
        failures.append(f"a message came after {delays[-1]:.2f} s")
    if peak > MAX_MEGABYTES:
        failures.append(f"{peak:.0f} MB were held")
    if after[0] > before[0] + 40:
        failures.append(f"{after[0] - before[0]:.0f} MB were not given back")
    if after[1][0] > before[1][0] + 5:
        failures.append(f"{after[1][0] - before[1][0]} sockets were not given back")
    if after[1][1] > before[1][1] + 3 * MAX_READERS:
        failures.append(f"{after[1][1] - before[1][1]} files were not given back")
    return failures


def main():
    # What is sent to a connection that the server has cut is meant to be.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    server, seconds = os.path.abspath(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 600
    port = random.randrange(20000, 32000)
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "MARCHAT_CONFIG_DIR": folder, "MARCHAT_PORT": str(port),
                       "MARCHAT_ADMIN_KEY": "k" * 20, "MARCHAT_USERS": "root", "SWIFT_BACKTRACE": "enable=no"}
        log = open(folder + "/log", "wb")
        process = subprocess.Popen(["sh", "-c", f"ulimit -n 1024; exec '{server}'"], env=environment, stdout=log, stderr=log)
        while b"WebSocket: " not in open(folder + "/log", "rb").read():
            if process.poll() is not None:
                sys.exit("attack: the server does not start:\n" + open(folder + "/log").read())
            time.sleep(0.1)
        try:
            failures = asyncio.run(run(port, process.pid, seconds))
        except OSError as error:
            failures = [f"the server is gone: {error}"]
        if process.poll() is not None:
            failures.append(f"the server ended with {process.returncode}")
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        lines = open(folder + "/log", errors="replace").read().splitlines()
        print(f"log: {len(lines)} lines")
        if len(lines) > 100 + 60 * seconds:
            failures.append(f"the log has {len(lines)} lines")
        if any("\x1b" in line or "\x07" in line for line in lines):
            failures.append("a control character stands in the log")
    for failure in failures:
        print(f"attack: {failure}", file=sys.stderr)
    print("attack: " + ("failed" if failures else "everything held"))
    sys.exit(bool(failures))


main()
