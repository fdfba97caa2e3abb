"""The password of admin.invoke where Zato keeps it, by Zato's own code: existing_client.py SERVER_FOLDER

Runs with Zato's Python, as the user that owns the server. Prints "password PASSWORD" and "cluster ID" last.
"""

import sys


def main():
    from zato.common.util.api import get_client_from_server_conf

    client = get_client_from_server_conf(sys.argv[1], require_server=False)
    _, password = client.session.auth
    print("password", password)
    print("cluster", client.cluster_id)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        sys.exit(f"Zato's own code does not find the cluster's data ({type(error).__name__}: {error}); see that its ODB runs")
