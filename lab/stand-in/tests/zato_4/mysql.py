"""MySQL and MariaDB (facts §0.6). live.sh runs it, with STAND_IN_ODB."""

import unittest

from environment import Environment


class MysqlTest(unittest.TestCase):
    def test_all_commands_work_and_the_server_never_starts(self):
        zato = Environment().create()
        self.addCleanup(zato.close)
        self.assertNotEqual(zato.launch_server('server1').wait(20), 0)
        self.assertIn("4079", zato.log('server1'))


if __name__ == '__main__':
    unittest.main()
