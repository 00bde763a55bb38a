"""Words of refusal of the certificates room."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class CertificateNotFound(Refusal):
    """Say that there is no such certificate, also to strangers of one that exists."""

    status = 404
    text = Text(
        "没有找到这张证书。请核对编号，或从「我的证书」里打开。",
        "We could not find that certificate. Check the number, or open it from your certificates.",
    )


class AlreadyRevoked(Refusal):
    """Say that somebody revoked it before."""

    status = 409
    text = Text(
        "这张证书已经撤销了，没有再做改动。刷新页面看原因。",
        "This certificate is revoked already, so nothing was changed. Reload to see the reason.",
    )


class NotRevoked(Refusal):
    """Say that a valid certificate cannot be reinstated."""

    status = 409
    text = Text(
        "这张证书现在有效，不需要恢复。",
        "This certificate is valid, so there is nothing to reinstate.",
    )


class ReinstateFirst(Refusal):
    """Say that a revoked certificate cannot be changed."""

    status = 409
    text = Text(
        "这张证书已撤销。先恢复它，再改姓名、语言或样式。",
        "This certificate is revoked. Reinstate it before changing its name, language or style.",
    )


class NothingChanged(Refusal):
    """Say that a reissue needs a difference."""

    status = 422
    text = Text(
        "姓名、语言和样式都和现在一样，不用重新签发。",
        "Name, language and style are as they are now, so there is nothing to reissue.",
    )


class SpellingRefused(Refusal):
    """Say which characters of a name no font draws."""

    status = 422
    text = Text(
        "「{characters}」也没有字体能画，证书没有改动。换成别的字，或用拼音、拉丁字母写。",
        "No font has “{characters}” either, so the certificate is as it was. "
        "Use other characters, or write it in Latin letters.",
    )


class SpellingStands(Refusal):
    """Say that the name is drawn as it is, so that only an operator corrects it."""

    status = 409
    text = Text(
        "这张证书上的姓名画得出来，现在不能自己改。要更正请联系运营。",
        "The name on this certificate can be drawn, so it is not yours to change now. Ask an operator to correct it.",
    )


class DocumentNotDrawn(Refusal):
    """Say that the file is not there yet."""

    status = 404
    text = Text(
        "证书文件正在生成，通常几秒就好。过一会儿再打开。",
        "The file is being made, which takes a few seconds. Open it again in a moment.",
    )


class DocumentHeld(Refusal):
    """Say that the file could not be drawn."""

    status = 404
    text = Text(
        "证书有效，但文件暂时画不出来，运营会处理。验证页照常可用。",
        "The certificate is valid, but its file cannot be drawn yet; an operator will see to it. "
        "Its verification page works.",
    )


class DocumentRevoked(Refusal):
    """Say that a revoked certificate has no file to hand out."""

    status = 410
    text = Text(
        "这张证书已撤销，文件不再提供。验证页写明了原因和日期。",
        "This certificate is revoked and its file is no longer handed out. Its verification page says why and when.",
    )
