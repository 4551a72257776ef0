"""Moves a chat from SQLite to every engine and tells how fast, and in how much memory.

usage: move.py SERVER COUNT; DOVETAIL_POSTGRES_URL and DOVETAIL_MYSQL_URL name servers, whose users may make databases.
"""
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

SERVER, COUNT = os.path.abspath(sys.argv[1]), int(sys.argv[2])
NAME = f"move_{os.getpid()}"


def environment(folder, **variables):
    return {"HOME": folder, "PATH": os.environ["PATH"], "MARCHAT_CONFIG_DIR": folder, "MARCHAT_PORT": "18080",
            "DOVETAIL_BIND": "127.0.0.1", "MARCHAT_MESSAGE_RETENTION_MAX": "100000000", **variables}


def make_source(folder):
    """The schema is the server's own; the rows are made faster than anybody could say them."""
    with open(folder + "/log", "w") as log:
        server = subprocess.Popen([SERVER], env=environment(folder), stdout=log, stderr=log)
        while "WebSocket: " not in open(folder + "/log").read():
            if server.poll() is not None:
                sys.exit(open(folder + "/log").read())
            time.sleep(0.05)
        server.terminate()
        server.wait()
    database = sqlite3.connect(folder + "/marchat.db")
    database.executemany(
        "INSERT INTO messages (sender, content, created_at, is_encrypted, message_id, edited, deleted, pinned, "
        "recipient, recipient_folded, dm_sender_folded, channel) VALUES (?, ?, ?, 0, ?, 0, 0, 0, '', '', '', ?)",
        ((f"sender {n % 64}", f"message {n} of 64 bytes, more or less, as people write to each other",
          f"2026-01-{1 + n // 40000 % 28:02} 12:{n // 60 % 60:02}:{n % 60:02}.{n % 1000000:06}", n,
          f"channel {n % 64}") for n in range(1, COUNT + 1)))
    database.executemany(
        "INSERT INTO channel_blocks (first_id, channel) VALUES (?, ?)",
        ((first, f"channel {channel}") for first in range(0, COUNT, 1024) for channel in range(64)))
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def renamed(url, name):
    return urlsplit(url)._replace(path="/" + name).geturl()


def administrate(engine, url, statement):
    if engine == "postgres":
        command = ["psql", "-q", url, "-c", statement]
        subprocess.run(command, check=True)
        return
    parts = urlsplit(url)
    subprocess.run(
        ["mariadb", "-h", parts.hostname, "-P", str(parts.port), "-u", parts.username, "-e", statement],
        check=True, env={**os.environ, "MYSQL_PWD": parts.password or ""})


def start(folder, target):
    log = open(folder + "/move.log", "w+")
    command = [SERVER, "move"]
    return subprocess.Popen(
        command, env=environment(folder, DOVETAIL_MOVE_TO=target), stdout=log, stderr=log), log


def finish(process, log):
    began = time.monotonic()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    log.seek(0)
    text = log.read()
    if process.returncode != 0:
        sys.exit(text)
    rows, rate = re.search(r"moved (\d+) rows", text), re.search(r", (\d+) rows/s\n", text)
    kept = re.search(r"\((\d+) were there from before\)", text)
    return {"rows": int(rows[1]), "rows/s": int(rate[1]), "kept": int(kept[1]) if kept else 0,
            "seconds": time.monotonic() - began, "peak MiB": usage.ru_maxrss // 1024}



def report(what, found):
    print(f"move {what} rows={found['rows']} copied={found['rows/s']}/s whole={found['seconds']:.1f}s "
          f"peak={found['peak MiB']}MiB kept={found['kept']}", flush=True)


def marked(engine, url):
    statement = "SELECT COALESCE(SUM(copied_rows), 0) FROM dovetail_copy"
    if engine == "postgres":
        command, variables = ["psql", "-Atq", url, "-c", statement], os.environ
    else:
        parts = urlsplit(url)
        command = ["mariadb", "-N", "-h", parts.hostname, "-P", str(parts.port), "-u", parts.username,
                   parts.path[1:], "-e", statement]
        variables = {**os.environ, "MYSQL_PWD": parts.password or ""}
    answer = subprocess.run(command, capture_output=True, text=True, env=variables)
    return int(answer.stdout or 0) if answer.returncode == 0 else 0


def on_server(engine, url, what, body):
    administrate(engine, url, f"CREATE DATABASE {NAME}")
    try:
        report(f"{engine} {what}", body(renamed(url, NAME)))
    finally:
        administrate(engine, url, f"DROP DATABASE {NAME}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_source(folder)
        report("sqlite", finish(*start(folder, f"sqlite:{folder}/other.db")))
        for engine, variable in (("postgres", "DOVETAIL_POSTGRES_URL"), ("mariadb", "DOVETAIL_MYSQL_URL")):
            url = os.environ.get(variable)
            if not url:
                print(f"move {engine} left out: {variable} is not set")
                continue
            on_server(engine, url, "", lambda target: finish(*start(folder, target)))

            def killed(target):
                process, log = start(folder, target)
                while marked(engine, target) < COUNT // 2:
                    if process.poll() is not None:
                        log.seek(0)
                        sys.exit("over before it could be killed: " + log.read())
                    time.sleep(0.02)
                process.send_signal(signal.SIGKILL)
                process.wait()
                return finish(*start(folder, target))

            on_server(engine, url, "killed-half-way", killed)


main()
