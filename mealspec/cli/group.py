"""The commands, each loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

import mealspec

COMMANDS = (
    "list", "explain", "verify", "trace", "replay", "sweep", "incident", "diagnose", "observe", "latency", "simulate",
    "role", "vectors", "conform", "explore", "draw", "export", "mutants", "crosscheck", "bench",
)  # fmt: skip
"""Their names, in the order in which one needs them; each is ``command`` in the file of its name."""

HELP = ["-h", "--help"]


class Commands(click.Group):
    """A group that loads one command at a time, and names the nearest one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"mealspec.cli.commands.{cmd_name}").command
        found.context_settings.setdefault("help_option_names", HELP)  # also for who asks a command by itself
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with our words for a command that does not exist."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from mealspec.core.errors import unknown

            raise unknown("command", args[0], COMMANDS)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": HELP, "max_content_width": 80},
    epilog='Completion in bash: eval "$(_MEALSPEC_COMPLETE=bash_source mealspec)"; zsh and fish have theirs.',
)
@click.version_option(mealspec.__version__, prog_name="mealspec")
@click.pass_context
def cli(context: click.Context) -> None:
    """The checked specification of a meal-logging app's notification protocol.

    A DESIGN is before, published, published_plus or hardened, or the app's app_before, app_published or app_head,
    with mechanisms added or taken away: published+poll_on_submit-reconnect. 'mealspec list' names all there is,
    'mealspec explain NAME' tells of it.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
