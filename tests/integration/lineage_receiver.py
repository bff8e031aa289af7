"""A receiver of lineage events as another process: it keeps what it took in a file and may be killed at any time.

`python lineage_receiver.py PORT FILE [REFUSED_JOB]`; of a job by that name it takes no event, for good. It says the
port on its standard output once it listens; port 0 lets the system choose.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Receiver(BaseHTTPRequestHandler):
    """Takes events by POST."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        refused = len(sys.argv) > 3 and event["job"]["name"] == sys.argv[3]
        if self.path != "/api/v1/lineage" or self.headers.get("Authorization") != "Bearer known":
            self.send_response(403)
        elif refused:
            self.send_response(422)
        else:
            with open(sys.argv[2], "ab") as file:  # noqa: PTH123
                file.write(body + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()
