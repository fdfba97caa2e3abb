"""Load generator: a fixed rate of requests, each over a connection of its own.

Runs on the lab's client host. Reads its options as one line of JSON from standard input and writes one line of JSON for
each request when that has ended. The rate is open-loop: slow answers do not slow it down. No more requests begin when
standard input is closed.
"""

import asyncio
import ipaddress
import json
import re
import ssl
import sys
import time
from urllib.parse import urlsplit

LAB = [ipaddress.ip_network(network) for network in ("10.88.0.0/13", "10.96.0.0/15", "fd00::/24")]


def refuse_foreign_target(host):
    if not any(ipaddress.ip_address(host) in network for network in LAB):
        raise SystemExit(f"{host} is not in the lab")


def error_kind(error):
    """One word for what went wrong, the same for the same cause."""
    if isinstance(error, asyncio.TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError):
        return "reset"
    if isinstance(error, (EOFError, asyncio.IncompleteReadError)):
        return "truncated"
    if isinstance(error, OSError):
        return "unreachable"
    return type(error).__name__


def render_request(options, url):
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    body = options.get("body", "").encode()
    headers = {"Host": url.netloc, "Connection": "close", **options.get("headers", {})}
    if body:
        headers["Content-Length"] = str(len(body))
    lines = [f"{options['method']} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def parse_head(head):
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return int(first.split(" ")[1]), headers


async def read_chunked(reader):
    body = b""
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        chunk = await reader.readexactly(size + 2)
        if size == 0:
            return body
        body += chunk[:-2]


async def read_answer(reader):
    """Status, headers and whole body: an answer that breaks off is a failure."""
    status, headers = parse_head((await reader.readuntil(b"\r\n\r\n"))[:-4])
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return status, headers, await read_chunked(reader)
    if "content-length" in headers:
        return status, headers, await reader.readexactly(int(headers["content-length"]))
    return status, headers, await reader.read()


def backend_of(options, headers, body):
    if options.get("backendHeader"):
        return headers.get(options["backendHeader"].lower())
    if options.get("backendPattern"):
        match = re.search(options["backendPattern"], body.decode("utf-8", "replace"))
        return match and match.group(match.lastindex or 0)
    return None


def tls_of(url):
    if url.scheme != "https":
        return None
    # The lab's certificates are signed by nobody; what is measured is whether there is an answer.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def exchange(options, url, tls, request):
    port = url.port or (443 if tls else 80)
    reader, writer = await asyncio.open_connection(url.hostname, port, ssl=tls)
    try:
        writer.write(request)
        await writer.drain()
        return await read_answer(reader)
    finally:
        writer.close()


async def one_request(options, url, tls, request):
    result = {"start": time.time()}
    begun = time.monotonic()
    try:
        answer = exchange(options, url, tls, request)
        status, headers, body = await asyncio.wait_for(answer, options["timeoutSeconds"])
        result["status"] = status
        backend = backend_of(options, headers, body)
        if backend is not None:
            result["backend"] = backend
    except Exception as error:  # whatever it is, it is a request that failed
        result["error"] = error_kind(error)
    result["seconds"] = round(time.monotonic() - begun, 4)
    print(json.dumps(result), flush=True)


async def open_stdin():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def run():
    stdin = await open_stdin()
    options = json.loads(await stdin.readline())
    url = urlsplit(options["url"])
    refuse_foreign_target(url.hostname)
    tls, request = tls_of(url), render_request(options, url)
    loop = asyncio.get_running_loop()
    closed = asyncio.create_task(stdin.read())
    tasks, begin = [], loop.time()
    for number in range(round(options["rate"] * options["seconds"])):
        pause = begin + number / options["rate"] - loop.time()
        done, _ = await asyncio.wait([closed], timeout=max(pause, 0))
        if done:
            break
        tasks.append(asyncio.create_task(one_request(options, url, tls, request)))
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(run())
