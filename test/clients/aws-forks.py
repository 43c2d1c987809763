"""Runs commands of the AWS CLI, each in a fork of this process.

The CLI takes longer to import than to do most commands. Here it is imported once; each command is then a process of its
own, in which the unmodified `aws` script runs from its first line, with its own arguments, environment, folder, output
files and exit status. Nothing of one command reaches the next.

usage: aws-forks.py SCRIPT  (the `aws` script)

Requests come as lines of JSON on standard input, answers go out the same way on standard output:
  {"id", "args", "env", "cwd", "stdout": path, "stderr": path}  ->  {"id", "pid"} at once, {"id", "status"} at the end
A status is negative when a signal ended the command. The end of the input ends this process and what still runs.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import sys

# What most commands import sooner or later; one that a version of the CLI lacks is left out.
MODULES = [
    'awscli.clidriver',
    'awscli.handlers',
    'awscli.customizations.s3.s3',
    'botocore.args',
    'botocore.client',
    'botocore.endpoint',
    'botocore.handlers',
    'botocore.httpsession',
    'botocore.regions',
    's3transfer',
]


def main(script):
    for module in MODULES:
        try:
            importlib.import_module(module)
        except ImportError:
            pass
    # The children look through no memory that they share with this process.
    gc.collect()
    gc.freeze()
    # The end of a child interrupts the wait for the next request.
    wake, woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    running = {}
    waiting = b''
    while True:
        readable, _, _ = select.select([0, wake], [], [])
        if wake in readable:
            os.read(wake, 4096)
            report_ended(running)
        if 0 not in readable:
            continue
        read = os.read(0, 65536)
        if read == b'':
            break
        *lines, waiting = (waiting + read).split(b'\n')
        for line in lines:
            request = json.loads(line)
            pid = os.fork()
            if pid == 0:
                become_command(script, request)
            running[pid] = request['id']
            answer(id=request['id'], pid=pid)
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def report_ended(running):
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        answer(id=running.pop(pid), status=os.waitstatus_to_exitcode(status))


def answer(**values):
    os.write(1, json.dumps(values).encode() + b'\n')


def become_command(script, request):
    """As if a shell had started the script. Does not come back: ends this process as the script ends."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    files = [
        os.open(os.devnull, os.O_RDONLY),
        os.open(request['stdout'], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        os.open(request['stderr'], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    for target, file in enumerate(files):
        os.dup2(file, target)
        os.close(file)
    data_path = os.environ.get('AWS_DATA_PATH')  # set by the CLI itself when it was imported
    os.environ.clear()
    os.environ.update(request['env'])
    if data_path is not None:
        os.environ['AWS_DATA_PATH'] = data_path
    if request['cwd'] is not None:
        os.chdir(request['cwd'])
    sys.argv = [script, *request['args']]
    runpy.run_path(script, run_name='__main__')
    sys.exit()


main(sys.argv[1])
