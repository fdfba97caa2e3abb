"""Masters, workers and HTTP, without a database."""

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from datetime import datetime, timedelta
from urllib.request import urlopen

import support
from zato.common.http_server import HttpServer, Response, listen
from zato.scheduler.jobs import Job
from zato.server.boot_lock import BootLock

_MASTER = '''
import logging, os, sys, time
sys.path[:0] = {sources!r}
from zato.common.prefork import BootError, Prefork, block_stop_signals, wait_for_stop
def work(index):
    if {fails}:
        raise BootError('no')
    block_stop_signals()
    os.write(1, f'{{index}} {{os.getpid()}}\\n'.encode())  # in one piece, whatever the buffering
    wait_for_stop()
sys.exit(Prefork(2, work, logging.getLogger()).serve())
'''


def master(test: unittest.TestCase, fails: bool) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, '-c', _MASTER.format(sources=support.SOURCES, fails=fails)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    test.addCleanup(process.stdout.close)
    test.addCleanup(process.wait)
    test.addCleanup(process.terminate)
    return process


class PreforkTest(unittest.TestCase):
    def test_a_dead_worker_is_replaced_and_a_stop_is_clean(self):
        process = master(self, False)
        workers = dict(process.stdout.readline().split() for _ in range(2))
        self.assertEqual(set(workers), {'0', '1'})
        os.kill(int(workers['1']), signal.SIGKILL)
        index, pid = process.stdout.readline().split()
        self.assertEqual(index, '1')
        self.assertNotEqual(pid, workers['1'])
        process.terminate()
        self.assertEqual(process.wait(5), 0)

    def test_a_worker_that_cannot_boot_ends_the_master_with_3(self):
        self.assertEqual(master(self, True).wait(5), 3)


class HttpTest(unittest.TestCase):
    def test_connections_wait_until_somebody_answers_and_a_stop_waits_for_requests(self):
        listener = listen('127.0.0.1', 0)
        port = listener.getsockname()[1]
        started = threading.Event()

        def app(_request):
            started.set()
            time.sleep(0.3)
            return Response(200, '{}')

        answers = []
        client = threading.Thread(target=lambda: answers.append(urlopen(f'http://127.0.0.1:{port}/', timeout=5).status))
        client.start()
        with socket.create_connection(('127.0.0.1', port), 1):
            pass  # accepted, although nobody answers yet
        time.sleep(0.2)
        self.assertEqual(answers, [])
        server = HttpServer(listener, app, logging.getLogger())
        server.start()
        self.assertTrue(started.wait(2))
        server.stop(5)
        client.join()
        self.assertEqual(answers, [200])
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(('127.0.0.1', port), 1)


class BootLockTest(unittest.TestCase):
    def test_the_first_worker_goes_first_and_a_replacement_waits(self):
        with tempfile.TemporaryDirectory() as directory:
            lock, order = BootLock(directory), os.path.join(directory, 'order')
            children = []
            for index in (1, 0):
                pid = os.fork()
                if pid == 0:
                    time.sleep(0.2 * (1 - index))
                    lock.acquire(index)
                    with open(order, 'a', encoding='utf8') as out:
                        out.write(str(index))
                    lock.release()
                    os._exit(0)
                children.append(pid)
            for pid in children:
                os.waitpid(pid, 0)
            lock.acquire(0)  # somebody who replaces worker 0 later is not held up by the lock of the first one
            lock.release()
            with open(order, encoding='utf8') as source:
                self.assertEqual(source.read(), '01')


class JobTest(unittest.TestCase):
    def job(self, **changes) -> Job:
        values = {'id': 1, 'name': 'j', 'service': 's', 'extra': '', 'is_one_time': False, 'start': datetime(2026, 1, 1),
            'interval': timedelta(seconds=10), 'repeats': 0}
        return Job(**{**values, **changes})

    def test_runs_are_counted_from_the_start(self):
        self.assertEqual(self.job().next_run(datetime(2026, 1, 1, 0, 0, 25)), datetime(2026, 1, 1, 0, 0, 30))
        self.assertEqual(self.job().next_run(datetime(2026, 1, 1, 0, 0, 30)), datetime(2026, 1, 1, 0, 0, 40))
        self.assertEqual(self.job().next_run(datetime(2025, 1, 1)), datetime(2026, 1, 1))

    def test_repeats_and_one_time_jobs_end(self):
        self.assertEqual(self.job(repeats=2).next_run(datetime(2026, 1, 1)), datetime(2026, 1, 1, 0, 0, 10))
        self.assertIsNone(self.job(repeats=2).next_run(datetime(2026, 1, 1, 0, 0, 10)))
        self.assertIsNone(self.job(is_one_time=True).next_run(datetime(2026, 1, 1)))


if __name__ == '__main__':
    unittest.main()
