# Loaded into gdb for a session with stub-hv:  source gdbinit/stub-hv.gdb
#
# `hv WORDS` sends WORDS to the hypervisor, as `monitor WORDS` does: `hv !ioout 3f8`, `hv status`.
# With gdb's Python the words are completed with Tab, from what the connected hypervisor offers; a block whose brace
# is still open goes on in the next lines; and files that a command names (`script {file:PATH}`, `#include`) are put
# in, by `cargo xtask cmd resolve` in gdb's directory, or by the command in the environment's STUB_HV_RESOLVER.
# No setting of the user's is changed.

alias hv = monitor
document hv
Send a command to the hypervisor: hv help, hv status, hv !ioout 3f8.
The same as "monitor".
end

# $_streq comes with gdb's Python: a gdb built without it keeps the plain alias.
if ! $_isvoid ($_streq)
  python
import os
import shlex
import subprocess

import gdb


class HypervisorCommand(gdb.Command):
    """Send a command to the hypervisor: hv help, hv status, hv !ioout 3f8.

    The same as "monitor", with completion by the Tab key and without a pager, so that
    output that streams is not held up. A block may take several lines, and
    script {file:PATH} and #include name files of this machine."""

    RESOLVER = "cargo xtask cmd resolve"

    def __init__(self):
        super().__init__("hv", gdb.COMMAND_RUNNING)
        self._known = {}

    def invoke(self, argument, from_tty):
        words = argument.strip() or "help"
        if from_tty:
            words = self._whole(words)
        if "\n" in words or "{file:" in words or "#include" in words:
            words = self._resolved(words)
        try:
            gdb.execute("with pagination off -- monitor " + words, from_tty)
        except gdb.error as error:
            raise gdb.GdbError(str(error))  # the message without a Python traceback

    @staticmethod
    def _whole(words):
        """The command with the lines that the user still has to type: until every brace is closed."""
        while words.count("{") - words.count("\\{") > words.count("}") - words.count("\\}"):
            try:
                words += "\n" + input(">")
            except EOFError:
                break
        return words

    def _resolved(self, words):
        """The command on one line, with its files in it."""
        command = shlex.split(os.environ.get("STUB_HV_RESOLVER") or self.RESOLVER)
        try:
            done = subprocess.run(command, input=words, capture_output=True, text=True)
        except OSError as error:
            raise gdb.GdbError(
                "cannot run %s: %s; set STUB_HV_RESOLVER to a command that does its work" % (command[0], error)
            )
        if done.returncode:
            raise gdb.GdbError((done.stdout or done.stderr).rstrip())
        return done.stdout.strip()

    def complete(self, text, word):
        before, space, _ = text.rpartition(" ")
        if not space:
            candidates = self._commands()
        elif before.strip() in ("help", "events c", "events d", "events e"):
            candidates = self._commands() if before.strip() == "help" else ["all"]
        else:
            return gdb.COMPLETE_NONE
        typed = text[len(before) + len(space):]
        # gdb has its own idea of where a word begins ("!" is no part of one to it).
        skip = len(typed) - len(word)
        return [name[skip:] for name in candidates if name.startswith(typed)]

    def _commands(self):
        """The first word of each line of `monitor help`, asked for once a connection."""
        connection = gdb.selected_inferior().connection
        if connection is None:
            return []
        if connection.num not in self._known:
            try:
                listing = gdb.execute("monitor help", to_string=True)
            except gdb.error:
                return []  # the guest runs: nothing can be asked now
            self._known[connection.num] = self._first_words(listing)
        return self._known[connection.num]

    @staticmethod
    def _first_words(listing):
        words = (line.split(None, 1)[0].split("|")[0] for line in listing.splitlines() if line.strip())
        return sorted({word for word in words if word[0] == "!" or word.replace("-", "").isalnum()})


HypervisorCommand()
  end
end
