"""The scheduler, and jobs through Redis (facts §0.4, §0.5, §4 to §6)."""

import shutil
import time
import unittest

import support  # noqa: F401
from environment import REDIS_USERS, SERVICES, Environment
from tools import wait_until
from zato.scheduler.state import State


def job(**changes) -> dict:
    return {'id': 1, 'name': 'j', 'service': 's', 'extra': '', 'is_active': True, 'job_type': 'interval_based', 'seconds': 1,
        'start_date': '2026-01-01T00:00:00', **changes}


class StateTest(unittest.TestCase):
    def setUp(self):
        self.state = State()

    def test_a_job_whose_end_nobody_has_told_of_is_stuck_until_all_are_loaded_anew(self):
        self.state.load([job(), job(id=2, name='other')])
        first = [item.job.id for item in self.state.wait_for_due()]
        for job_id in first:
            self.state.complete(job_id) if job_id == 2 else None
        time.sleep(1.1)
        self.assertEqual([item.job.id for item in self.state.wait_for_due()], [2])
        self.state.load([job(), job(id=2, name='other')])
        time.sleep(1.1)
        self.assertEqual({item.job.id for item in self.state.wait_for_due()}, {1, 2})

    def test_a_job_that_is_not_active_is_never_due(self):
        self.state.load([job(is_active=False), job(id=2)])
        self.assertEqual([item.job.id for item in self.state.wait_for_due()], [2])

    def test_a_job_is_run_now_where_that_is_wanted(self):
        self.state.load([job(is_active=False)])
        self.assertEqual(self.state.forced(1).job.id, 1)
        self.assertIsNone(self.state.forced(2))


@unittest.skipUnless(shutil.which('redis-server'), 'no redis-server')
class JobsTest(unittest.TestCase):
    def setUp(self):
        self.zato = Environment().create()
        self.addCleanup(self.zato.close)
        self.ticks = self.zato.dir / 'ticks'
        self.ticks.touch()
        (self.zato.hot / 'lab.py').write_text(SERVICES)

    def declare(self) -> None:
        code, out = self.zato.enmasse(f"""
scheduler:
  - {{name: Tick, service: lab.tick, job_type: interval_based, seconds: 1, is_active: true, start_date: '2025-01-01 00:00:00', extra: '{self.ticks}'}}
""")
        self.assertEqual(code, 0, out)

    def count(self, seconds: float) -> int:
        self.ticks.write_text('')
        time.sleep(seconds)
        return len(self.ticks.read_text())

    def test_each_run_is_done_by_one_server(self):
        self.zato.start_redis()
        for name in ('server1', 'server2'):
            self.zato.start_server(name)
        scheduler = self.zato.start_scheduler()
        self.declare()
        self.assertTrue(wait_until(lambda: self.ticks.read_text(), 20))
        self.assertIn(self.count(4), (3, 4, 5))

        # WHEN a server goes, the other one goes on
        self.zato.stop(self.zato.processes[1])
        self.assertIn(self.count(4), (3, 4, 5))

        # WHEN no scheduler is there, nobody runs jobs
        self.assertEqual(self.zato.stop(scheduler), 0)
        time.sleep(1)
        self.assertEqual(self.count(3), 0)

    def test_two_schedulers_run_jobs_twice_and_leave_them_stuck(self):
        self.zato.start_redis()
        self.zato.start_server('server1')
        self.zato.start_scheduler()
        self.declare()
        self.assertTrue(wait_until(lambda: self.ticks.read_text(), 20))
        second = self.zato.start_scheduler()
        self.assertTrue(wait_until(lambda: self.zato.log('scheduler').count('Reloaded') >= 3, 30))
        self.assertGreaterEqual(self.count(10), 14)

        # WHEN
        self.zato.stop(second)

        # THEN
        self.assertEqual(self.count(5), 0)

        # WHEN
        self.zato.start_server('server2')

        # THEN
        self.assertGreater(self.count(4), 2)

    def test_a_server_that_has_found_no_redis_answers_and_never_runs_jobs(self):
        # GIVEN
        self.zato.start_server('server1')
        self.zato.start_redis()
        scheduler = self.zato.start_scheduler()

        # THEN
        self.declare()
        self.assertEqual(self.zato.ping('server1'), 200)
        self.assertEqual(self.zato.log('server1').count('Scheduler could not be started'), 1)
        self.assertEqual(self.count(4), 0)
        self.assertIsNone(scheduler.poll())

        # WHEN
        self.zato.stop(self.zato.processes[0])
        self.zato.start_server('server1')

        # THEN
        self.assertTrue(wait_until(lambda: self.ticks.read_text(), 20))

    def test_a_wrong_password_is_as_no_redis(self):
        self.zato.start_redis('--requirepass', 'right')
        self.zato.start_server('server1', Zato_Scheduler_Redis_Password='wrong')
        self.zato.start_server('server2', **{f'Zato_{user}_Redis_Password': 'right' for user in REDIS_USERS})
        self.assertEqual(self.zato.start_scheduler(Zato_Scheduler_Redis_Password='wrong').wait(10), 1)
        for name in ('Scheduler', 'Queue bridge', 'OpenAPI console listener', 'Rule engine change listener'):
            self.assertIn(f'{name} could not be started', self.zato.log('server1'))
        self.assertNotIn('could not be started', self.zato.log('server2'))

    def test_when_redis_was_away_servers_come_back_by_themselves_and_the_scheduler_does_not(self):
        redis = self.zato.start_redis()
        self.zato.start_server('server1')
        scheduler = self.zato.start_scheduler()
        self.declare()
        self.assertTrue(wait_until(lambda: self.ticks.read_text(), 20))

        # WHEN
        self.zato.stop(redis)
        self.zato.start_redis()

        # THEN
        self.assertEqual(self.zato.ping('server1'), 200)
        time.sleep(2)
        self.assertEqual(self.count(3), 0)

        # WHEN
        scheduler.kill()
        self.zato.start_scheduler()

        # THEN
        self.assertTrue(wait_until(lambda: self.ticks.read_text(), 20))


if __name__ == '__main__':
    unittest.main()
