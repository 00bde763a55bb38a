"""Which words of a camp will not fit the one line that a certificate has for them."""

from lms.kernel.widths import width
from lms.learning.camps.folder.draft import Report, Story

# In full-width characters, at the smallest size of the tighter design; Latin letters in its serif run wider.
MOST = {"title": 30, "host.name": 13, "host.role": 20, "achievement": 42}


def note_long_lines(path: str, title: str, story: Story, report: Report) -> None:
    """Note each line that is too long for the certificate; the camp is read all the same."""
    host = story.host
    lines = {"title": title, "host.name": host.name if host else "", "host.role": host.role if host else ""}
    for name, text in lines.items():
        if width(text) > MOST[name]:
            report.note(
                path,
                "{name} 对证书来说太长：一行放得下约 {most} 个汉字。不改短，这个营的证书文件可能画不出来。",
                "{name} is too long for the certificate, whose line holds about {letters} letters. "
                "Unless it is shortened, the camp's certificates may not be drawn.",
                name=name,
                most=MOST[name],
                letters=2 * MOST[name],
            )
    if width(story.achievement) > MOST["achievement"]:
        report.note(
            path,
            "achievement 对证书来说太长：一行放得下约 {most} 个汉字。放不下时，证书上改写完成了几项任务。",
            "achievement is too long for the certificate, whose line holds about {letters} letters. "
            "Where it does not fit, the count of tasks done stands there instead.",
            most=MOST["achievement"],
            letters=2 * MOST["achievement"],
        )
