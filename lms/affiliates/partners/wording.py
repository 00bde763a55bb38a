"""The partner agreement in force, word for word, in both languages.

A version that somebody has signed never changes: a new wording is a new VERSION.
"""

from datetime import date

from lms.kernel.text import Language, Text

VERSION = "2026-11"
IN_FORCE_FROM = date(2026, 11, 1)

TITLE = Text("启营合伙人协议", "Encamp partner agreement")

# Heading and paragraphs of each clause, in order.
CLAUSES: tuple[tuple[Text, tuple[Text, ...]], ...] = (
    (
        Text("这份协议管什么", "What this agreement covers"),
        (
            Text(
                "你用自己的链接、二维码和我们提供的素材，把训练营介绍给可能需要的人。"
                "你和启营之间没有雇佣、代理或合伙经营的关系，你不能以启营的名义签约、收款或作出承诺。",
                "You tell people who may need it about our camps, with your own link, code and the "
                "material we provide. You are not employed by Encamp and not its agent: you may not "
                "sign, collect money or make promises in its name.",
            ),
            Text(
                "这份协议本身不承诺报酬。推广是否有奖励、怎样计算，以产品里事先公布的方案为准；"
                "没有公布方案的，就没有奖励。",
                "This agreement by itself promises no reward. Whether promotion is rewarded, and how, "
                "is set out in a plan published in the product beforehand. Where no plan is "
                "published, there is no reward.",
            ),
        ),
    ),
    (
        Text("如实推广", "Honest promotion"),
        (
            Text(
                "只说训练营页面上写明的，或你亲身经历的。不编案例，不改数字，不虚构名额和截止时间，"
                "不冒充学员，也不请人冒充学员。",
                "Say only what the camp page says or what you went through yourself. Do not invent "
                "cases, change figures or make up seats and deadlines. Do not pose as a student, and "
                "do not have anyone else do so.",
            ),
            Text(
                "使用别人的作品、头像、聊天记录或评价之前，先得到本人同意。",
                "Ask people before you use their work, picture, messages or opinion.",
            ),
        ),
    ),
    (
        Text("亮明身份", "Disclosure"),
        (
            Text(
                "每次推广都要让人一眼看出这是推广：文案里写明「推广链接」，海报上的说明不遮挡、不裁掉。"
                "平台要求标注广告的，按平台的要求标注。有人问起，如实说明你是合伙人。",
                "Make it plain every time that this is promotion: say “affiliate link” in your text, and "
                "neither cover nor cut off the line on the posters. Where a platform wants "
                "advertising labelled, label it. When asked, say that you are a partner.",
            ),
        ),
    ),
    (
        Text("不承诺收入和结果", "No promises of income or results"),
        (
            Text(
                "不说学了能赚多少、一定就业、一定通过，也不说轻松、躺着、零风险。"
                "不以发展下线为卖点，不向任何人收取加入费。",
                "Do not say how much anyone will earn, or that a job or a pass is certain. Do not call it "
                "effortless or free of risk. Do not advertise recruiting, and charge nobody for "
                "becoming a partner.",
            ),
        ),
    ),
    (
        Text("不打扰", "No spam"),
        (
            Text(
                "不群发给没有同意接收的人，不买卖联系方式，不刷屏，不在禁止推广的地方发。"
                "不自己点、不请人点、不用程序点自己的链接，不在搜索广告里投放启营的名称。",
                "Send nothing in bulk to people who did not agree to it. Do not buy or sell contact "
                "details, flood groups, or post where promotion is not allowed. Do not click your own "
                "link, have it clicked or run programs that do, and do not bid on the name Encamp in "
                "search advertising.",
            ),
        ),
    ),
    (
        Text("链接怎样算", "How links count"),
        (
            Text(
                "有人通过你的链接访问，之后 7 天内报名，算你带来的；多位合伙人的链接都点过，算最后一位。"
                "你自己的报名、程序的访问，以及你被暂停期间的访问不算。有疑问可以要求我们复核。",
                "When somebody visits through your link and joins within 7 days, it counts as yours. After "
                "links of several partners, the last one counts. Your own enrollments, visits by "
                "programs and visits while you are suspended do not count. You can ask us to check.",
            ),
        ),
    ),
    (
        Text("数据", "Data"),
        (
            Text(
                "我们保存你的申请、签署时间、所签文本的摘要和经加密处理的网络地址，用来证明协议成立；"
                "保存链接的点击，用来计数和防作弊，点击不带访客姓名。你看到的是数字，看不到访客是谁。",
                "We keep your application, the time you signed, a digest of the text you signed and a "
                "keyed hash of your network address, to prove the agreement; and the clicks on your "
                "links, without visitors’ names, to count and to stop abuse. You see numbers, never "
                "who the visitors are.",
            ),
            Text(
                "你在推广中得知的个人信息，只能用来答复本人，不另作他用，不再需要时删除。"
                "你可以随时要求查看、更正、导出或删除我们保存的关于你的信息，依法必须保留的除外。",
                "Use what you learn about people while promoting only to answer them, and delete it when it "
                "is no longer needed. You can ask at any time to see, correct, export or erase what "
                "we keep about you, except what the law requires us to keep.",
            ),
        ),
    ),
    (
        Text("名称和素材", "Name and material"),
        (
            Text(
                "合作期间你可以使用素材包里的文案、海报和启营的名称来做推广，不能改动其中的事实，"
                "也不能把账号、群或网站起名成官方的样子。",
                "While you are a partner you may use the texts, posters and the name Encamp for promotion. "
                "You may not change the facts in them, nor name an account, group or site so that it "
                "looks official.",
            ),
        ),
    ),
    (
        Text("暂停和终止", "Suspension and ending"),
        (
            Text(
                "你可以随时退出，说一声就行。你违反这份协议时，我们可以要求你改正，"
                "情节严重的可以暂停或终止，并写明理由；你可以申诉，由没有参与原决定的人复核。",
                "You can leave at any time by telling us. If you break this agreement we may ask you to put "
                "it right or, in serious cases, suspend or end it, giving the reason in writing. You "
                "can appeal, and somebody who did not take part in the decision looks at it again.",
            ),
            Text(
                "终止后，请在 7 天内撤下仍在展示的推广内容。你的链接不再计数，但点开的人仍会到达训练营页面。"
                "终止之前已经成立的权利和义务不受影响。",
                "After the end, take down promotion that is still on display within 7 days. Your links no "
                "longer count, but people who open them still reach the camp. Rights and duties that "
                "arose before the end remain.",
            ),
        ),
    ),
    (
        Text("修改和适用", "Changes and law"),
        (
            Text(
                "协议改动时，我们至少提前 14 天告诉你，新版本要你重新签署才对你生效；不签署的，"
                "可以退出。法律给你的、不能由合同排除的权利，这份协议不作限制。",
                "When this agreement changes we tell you at least 14 days ahead. A new version binds you "
                "only once you sign it; if you do not, you can leave. Nothing here limits rights the "
                "law gives you and a contract cannot take away.",
            ),
        ),
    ),
)


def agreement_text(lang: Language) -> str:
    """Give the agreement in one language as Markdown, exactly as it is shown and signed."""
    edition = Text("版本 {version}", "Version {version}").in_(lang).format(version=VERSION)
    blocks = [f"# {TITLE.in_(lang)}", edition]
    for number, (heading, paragraphs) in enumerate(CLAUSES, start=1):
        blocks.append(f"## {number}. {heading.in_(lang)}")
        blocks.extend(paragraph.in_(lang) for paragraph in paragraphs)
    return "\n\n".join(blocks) + "\n"
