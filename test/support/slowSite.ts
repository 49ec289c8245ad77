/** The sample site with a page that takes seconds, for requests that a release finds on their way. */

const source = `import time
from config.wsgi import application as site


def application(environ, start_response):
    if environ["PATH_INFO"] != "/slow":
        return site(environ, start_response)
    time.sleep(6)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"slow"]
`;

/** For the key \`serverCommand\`. With threads, so that the slow page holds nobody up. */
export const slowSiteCommand = [
  "sh",
  "-c",
  `echo ${Buffer.from(source).toString("base64")} | base64 -d > /tmp/slow.py && ` +
    "PYTHONPATH=/tmp exec gunicorn --threads 4 slow:application",
];
