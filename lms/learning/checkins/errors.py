"""Words of refusal of the check-ins room."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class DayLocked(Refusal):
    """The day has not unlocked by the cohort's clock."""

    status = 403
    text = Text(
        "第 {number} 天还没有解锁，到时候会自动打开，你的进度不受影响。",
        "Day {number} is still locked. It opens by itself at its time; your progress is unharmed.",
    )


class WorkClosed(Refusal):
    """The cohort or the enrollment takes no more work."""

    status = 409
    text = Text(
        "这一期现在不收打卡。交过的都还在，草稿也还在。",
        "This cohort takes no check-ins now. What you handed in and your drafts are kept.",
    )


class NotForHandIn(Refusal):
    """A reading or watching task is ticked off, a check-in task is handed in."""

    status = 409
    text = Text("这个任务不用这样完成，回到当天页面再试。", "This task is done another way; go back to its day.")


class AlreadyAccepted(Refusal):
    """An accepted check-in is closed."""

    status = 409
    text = Text(
        "这份打卡已经通过，不用再交。新写的内容还在草稿里。",
        "This check-in is already accepted, nothing more to do. What you wrote now is kept as a draft.",
    )


class ChangeClosed(Refusal):
    """After the cutoff a version handed in on time waits for its review."""

    status = 409
    text = Text(
        "截止后，按时交的那一版算数，正在等点评。新写的内容还在草稿里，退回时可以再交。",
        "The version you handed in on time counts and waits for its review. "
        "What you wrote now is kept as a draft; you can hand it in if the tutor returns it.",
    )


class CheckInVoided(Refusal):
    """A voided check-in takes no new version."""

    status = 409
    text = Text(
        "这份打卡已被助教作废，不能再交。有疑问请在答疑里问。",
        "A tutor voided this check-in, so it takes no new version. Ask in Questions if that is unclear.",
    )


class StaleForm(Refusal):
    """Another tab or device handed in since this form was opened."""

    status = 409
    text = Text(
        "你在别处刚交了第 {revision} 版。这里写的都还在；确认要用这一版，再交一次就行。",
        "You handed in version {revision} elsewhere just now. What you wrote here is kept; hand in again to use it.",
    )


class DraftElsewhere(Refusal):
    """Another device has saved a newer draft since this form last saw it."""

    status = 409
    text = Text(
        "另一台设备上存了更新的草稿。这里写的都还在，选一份接着写。",
        "A newer draft was saved on another device. What you wrote here is kept; choose which one to carry on with.",
    )


class TextMissing(Refusal):
    """The task asks for a text."""

    status = 422
    text = Text("还没有写正文。", "There is no text yet.")


class TextTooShort(Refusal):
    """The text is below the task's minimum."""

    status = 422
    text = Text(
        "至少 {least} 字，现在 {count} 字，还差 {short} 字。", "At least {least}; you have {count}, {short} to go."
    )


class TextTooLong(Refusal):
    """The text is beyond what a check-in holds."""

    status = 422
    text = Text("最多 {most} 个字符。更长的内容请放进文件。", "At most {most} characters. Put longer work into a file.")


class LinkMissing(Refusal):
    """The task asks for a link."""

    status = 422
    text = Text("还没有填链接。", "There is no link yet.")


class LinkRefused(Refusal):
    """The link is no web address."""

    status = 422
    text = Text(
        "链接要以 http:// 或 https:// 开头，并且能打开。", "A link starts with http:// or https:// and can be opened."
    )


class NumberMissing(Refusal):
    """The task asks for a number."""

    status = 422
    text = Text("还没有填数字。", "There is no number yet.")


class NumberRefused(Refusal):
    """The value is no number the room keeps."""

    status = 422
    text = Text("这里要填一个数字，例如 35 或 2.5。", "This takes a number, such as 35 or 2.5.")


class FileMissing(Refusal):
    """The task asks for nothing but a picture or file, and there is none."""

    status = 422
    text = Text("还没有加文件或图片。", "There is no file or picture yet.")


class FileTooLarge(Refusal):
    """A file is above the limit."""

    status = 413
    text = Text(
        "「{name}」超过 {most} MB，没有收下。文字和别的文件都还在；压缩一下再传。",
        "“{name}” is over {most} MB and was not kept. Your text and other files are; make it smaller and try again.",
    )


class FileEmpty(Refusal):
    """A file has nothing in it: often one that still lies in a cloud and not on the phone."""

    status = 422
    text = Text(
        "「{name}」是空的，没有收下。文字还在；先在手机上打开它一次，再传。",
        "“{name}” is empty and was not kept. Your text is; open it on your phone once, then send it again.",
    )


class FileKindRefused(Refusal):
    """A file is of no kind that can be shown or opened safely, whatever its name says."""

    status = 415
    text = Text(
        "「{name}」不是能收的格式。图片收 JPEG、PNG、WebP、GIF、HEIC；文件收 PDF、Word、Excel、PPT、纯文本。文字还在。",
        "“{name}” is not a kind we take. Pictures: JPEG, PNG, WebP, GIF, HEIC. Files: PDF, Word, Excel, "
        "PowerPoint, plain text. Your text is kept.",
    )


class FileBroken(Refusal):
    """A picture cannot be read: broken off on its way, or far too many pixels."""

    status = 422
    text = Text(
        "「{name}」打不开，多半是没传完。文字还在，再传一次就行。",
        "“{name}” cannot be read; it probably broke off on its way. Your text is kept; send it again.",
    )


class TooManyFiles(Refusal):
    """A check-in holds a limited number of files."""

    status = 422
    text = Text("最多 {most} 个文件，先移除一个再加。", "At most {most} files; remove one first.")


class HandInChanged(Refusal):
    """The student handed in a new version while the tutor was reading."""

    status = 409
    text = Text(
        "学员刚交了第 {revision} 版，你看的是旧版，点评没有发出。看过新版再定。",
        "The student just handed in version {revision}; you read an older one, so your review was not sent. "
        "Read the new one first.",
    )


class HandInClaimed(Refusal):
    """Another tutor holds the lease."""

    status = 409
    text = Text(
        "{name} 正在看这一份，到 {until} 为止。你的点评没有发出，先看下一份吧。",
        "{name} is reading this one until {until}. Your review was not sent; take the next one.",
    )


class AlreadyReviewed(Refusal):
    """Another tutor has decided on this version."""

    status = 409
    text = Text("这一版已经点评过了，你的点评没有发出。", "This version is already reviewed; your review was not sent.")


class CommentMissing(Refusal):
    """A return needs words: the student must know what to change."""

    status = 422
    text = Text(
        "退回时写一句怎么改，学员才知道往哪里使劲。", "Write what to change, so that the student knows where to go."
    )
