# Loaded into gdb for a session with stub-hv:  source gdbinit/stub-hv.gdb
#
# `hv WORDS` sends WORDS to the hypervisor, as `monitor WORDS` does: `hv !ioout 3f8`, `hv status`.
# With gdb's Python the words are completed with Tab, from what the connected hypervisor offers.
# No setting of the user's is changed.

alias hv = monitor
document hv
Send a command to the hypervisor: hv help, hv status, hv !ioout 3f8.
The same as "monitor".
end

# $_streq comes with gdb's Python: a gdb built without it keeps the plain alias.
if ! $_isvoid ($_streq)
  python
import gdb


class HypervisorCommand(gdb.Command):
    """Send a command to the hypervisor: hv help, hv status, hv !ioout 3f8.

    The same as "monitor", with completion by the Tab key and without a pager, so that
    output that streams is not held up."""

    def __init__(self):
        super().__init__("hv", gdb.COMMAND_RUNNING)
        self._known = {}

    def invoke(self, argument, from_tty):
        words = argument.strip() or "help"
        try:
            gdb.execute("with pagination off -- monitor " + words, from_tty)
        except gdb.error as error:
            raise gdb.GdbError(str(error))  # the message without a Python traceback

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
