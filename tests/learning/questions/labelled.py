"""Hand-labelled questions: one tuple per subject, as people of four camps asked about it.

Written before the threshold was chosen, with twins that share few words and strangers that share many.
TUNING was used to choose the threshold and the synonyms; HELD_OUT was only measured.
"""

TUNING = (
    ("例子是我妈看病的事，会不会太私人了？要不要换一个", "例子太私人了，要不要换掉？", "请问写家人的例子太私人可以吗"),
    ("小标题要不要编号，编号显得死板", "小标题要不要编号？", "请问小标题需要编号吗"),
    ("600 字是连标题一起算吗？", "600字包括标题吗", "字数要求 600 字，标题算不算在里面？"),
    ("手机上写的能导成 Word 吗？", "怎么把手机上的文章导出成 Word"),
    ("昨天忘了打卡还能补吗", "昨天没打卡，能不能补卡？"),
    ("引用别人的话怎么标",),
    ("标题怎么起才不标题党",),
    ("说明书里能不能用「您」？",),
    ("结营证书什么时候发", "证书啥时候能拿到？"),
    ("How do I export my article to Word from my phone?", "Can I export from the phone to Word?"),
    ("Do the 600 words include the title?", "Is the title counted in the 600 words?"),
    ("When will I get the certificate?", "When do we get our certificates"),
    ("Can I hand in after the deadline?", "Is it possible to hand in late, after the deadline has passed?"),
    ("How should I quote another author?",),
    ("Is my example too personal?",),
    ("退款多久能到账？", "退款几天到账"),
    ("提现多久能到账？",),
    ("打卡图片最多传几张",),
    ("结营证书可以改名字吗",),
    ("Can I hand in before the deadline of day 3?",),
)

HELD_OUT = (
    ("打卡图片传不上去怎么办", "图片上传失败，打卡传不上去", "老师，打卡的图片一直上传不了"),
    ("直播错过了有回放吗", "请问直播有没有回放？"),
    ("一步里有两个动作，算一步还是两步？", "一个步骤里有两个动作算几步"),
    ("图和字谁先谁后？",),
    ("专有名词要不要解释？", "专业名词需要解释吗"),
    ("点评里说的「绕」是什么意思", "老师点评说我写得绕，绕是指什么？"),
    (
        "pip install 报错 permission denied",
        "安装依赖的时候 pip 提示 Permission denied 怎么解决",
        "pip install gives permission denied",
        "Permission denied when I run pip install",
    ),
    ("怎么分段比较好",),
    ("今天的任务可以明天交吗", "明天再交今天的任务行不行"),
    ("写不满字数能交吗",),
    ("排行榜上的分数怎么算",),
    ("My picture upload fails in the check-in", "Uploading a picture to my check-in failed"),
    ("Is there a replay of the live session?", "Will the live session have a replay?"),
    ("How is the score on the leaderboard computed?",),
    ("Which font should the slides use?",),
    ("直播可以开麦提问吗",),
    ("今天的任务在哪里看",),
    ("专有名词要不要大写",),
    ("打卡图片要不要打码",),
    ("Is there a dress code for the live session?",),
    ("Where do I see my score?",),
)

BACKGROUND = (
    "怎么写开头才吸引人", "文章太长读者看不完怎么办", "可以用第一人称写吗", "打卡要几点之前交", "退回的打卡怎么改",
    "请问可以换班吗", "老师什么时候点评", "积分可以换什么", "补卡卡片怎么用", "请假一天会断连续打卡吗",
    "可以提前看后面几天的内容吗", "手机上能不能打卡", "怎么改昵称", "标题要多长合适", "例子要不要写数字",
    "写作的时候要不要列提纲", "直播几点开始", "小组怎么分", "可以用 AI 改稿吗", "论文格式有什么要求",
    "How long should a paragraph be?", "Can I change my class?", "What time is the live session?",
    "Where do I find the material of day 3?", "May I use a pen name?", "How do I start an article?",
    "Can I see tomorrow's task today?", "How do I change my display name?", "What does returned mean?",
    "Is it possible to pause for a week?",
)

SYNONYMS = (("证书", "证明"), ("什么时候", "啥时候"), ("步骤", "步"), ("upload", "send up"))
