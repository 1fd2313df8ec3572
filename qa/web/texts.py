"""Every word of ours that a visitor can see, and nothing else. The report's own words never stand here.

Interface lines use full-width punctuation. Lines for the page's script are in ``SCRIPT``; the script has none of its own.
"""

BRAND = "有据"
BRAND_OF = "延吉新村街道 · 报告问答"
TITLE = "有据 · 延吉新村街道报告问答"
DESCRIPTION = "用平常说话的方式问延吉新村街道的年度工作总结。回答只摘报告原话，写明出处；报告没写就说没有。"

# header, footer
SKIP = "跳到正文"
SITE_NAV = "全站"
LARGE = "大字"
NORMAL = "标准字"
LOOK = "颜色"
LOOKS = {"": "自动", "light": "浅色", "dark": "深色", "contrast": "高对比"}
NAV_CHAT = "问答"
NAV_REPORT = "报告原文"
SOURCE_LINE = "答案全部摘自{titles}原文。"
SOURCE_MORE = "等 {count} 份报告的"
STAFF_DOOR = "工作人员入口"

YEAR = "{year}年"

# welcome
WELCOME = "您问，报告原话答。"
LEDE = "{year}街道做了哪些事、做到什么程度，用平常说话的方式问就行。"
KEY_PAPER, KEY_PAPER_SAYS = "原话", "框里是报告原话"
KEY_MARK, KEY_MARK_SAYS = "数字", "标出您问的数字"
KEY_NIL, KEY_NIL_SAYS = "没有", "没写就说没有"
TOPICS = "可以这样问"

# ask bar
LOG = "问答记录"
ASK_FORM = "提问"
ASK_LABEL = "您的问题"
ASK_HINT = "请输入您的问题"
ASK = "提问"
PROMISE = "只摘报告原话，不代写，不推测。"
CLEAR = "清空问答"
WHERE = "在哪里找"
ALL_REPORTS = "全部报告"
YEAR_REPORTS = "{year}年的全部报告"
BY_YEAR = "按年份"
WARMING = "正在准备，稍等一会儿就能回答。您可以先把问题写好。"
READY_WARMING = "正在准备模型和索引"
READY_BROKEN = "试着回答一个问题时出错"
READY_STUCK = "试着回答一个问题，半分钟还没有答出来"
LOOKING = "正在报告里查找…"
PLACE_IN_LINE = "请稍候，前面还有 {count} 个问题。"

# an answer
YOU_ASKED = "您问："
UNDERSTOOD = "按“{question}”理解"
UNDERSTOOD_AFTER = "接着“{question}”来回答"
LEAD_ONE = "报告里这样写："
PART_NIL = "还有一问没有找到答案：{question}"
NEAREST = "看最接近的原话"
LEAD_MAYBE = "报告里可能相关的一句："
LEAD_LIST = "报告里有一句写到这几项："
LEAD_MANY = "报告里有 {count} 处写到："
LEAD_SOME = "报告里有 {count} 处写到，先列 {shown} 处："
ALL_PLACES = "到数据一览里看全部"
PLACE = "第 {number} 处"
SOURCE = "出处"
OPEN = "看原文"
AROUND = "看前后文"
MORE = "还有 {count} 处可能相关"
COPY = "复制引用"
SHARE = "分享"
SPEAK = "朗读"
USEFUL = "这句有用吗？"
YES = "有用"
NO = "没用"
NEXT = "接着问"

# no answer
NIL = "报告里没有写到这件事。"
NIL_WHY = "这份报告写的是{year}街道做了什么，不一定有具体的价格、电话和办事步骤。"
NIL_IS = "这份报告写的是{year}街道做了什么。"
NIL_MAYBE = "也可能报告里换了个说法。下面的问法，报告里有答案。"
NIL_MISSING = "您问的{missing}，报告里没有写。"
HOTLINE = "打12345市民服务热线问一问"
HOTLINE_NUMBER = "12345"
REPHRASE = "换个问法：{question}"
REPHRASE_NOTE = "报告里写到的相近内容"
BROWSE = "翻一翻报告目录"
ELSEWHERE = "到《{title}》里找"
EVERYWHERE = "到全部报告里找"
IT_DOES = "报告里其实写了？"
TELL_US = "告诉我们"
FALSE_PREMISE = "报告里没有这个说法。"
THE_REPORT_SAYS = "报告写的是："
VAGUE = "请问得再具体一点。"
VAGUE_HOW = "说清是哪件事、哪个小区，更容易找到原话。"
VAGUE_TRY = "比如"
NOT_ASKED = "您好，我只能摘报告里的原话来回答。"
NOT_ASKED_HOW = "想知道{year}街道做了什么，可以这样问："
NOT_ASKED_TRY = "试一试"
EMPTY = "请先输入您想问的事。"
TOO_LONG = "问题太长了，请短一些再问。"
TOO_FAST = "提问太快了，请等几秒再问。"
NO_SUCH_CHOICE = "选的报告不在这里了，可能已经移走。请重新选在哪里找。"
FAILED = "没能查到，请再试一次。"
AGAIN = "再试一次"

# the report page
PUBLISHED = "{date} 发布。"
VERBATIM = "正文与原文一字不差；带细线的是报告里的数字。"
VERBATIM_PLAIN = "正文与原文一字不差。"
TABLES = "表格一行写成一句，每格前面是它的表头。"
ASK_REPORT = "问这份报告"
VIDEO = "查看视频解读"
ORIGIN = "查看发布页面"
CONTENTS = "目录"
UNFOLD, FOLD = "展开", "收起"
BACK = "回到问答"
DOCK = "这一句"
FIND = "在报告里找"
FIND_HINT = "输入要找的词"
FIND_BEFORE, FIND_AFTER, FIND_CLOSE = "上一处", "下一处", "关闭"
TARGET_GONE = "链接指向的句子不在这份报告里，可能报告已更新。可以从目录里找。"
TARGET_NEAR = "报告已更新，链接指向的那一句不在了。最相近的是下面这一句。"
TARGET_LOST = "报告已更新，链接指向的那一句不在了，也没有相近的句子。可以从目录里找。"

# rail beside the chat
RAIL = "这份报告"
RAIL_ONLY = "回答只出自这一份报告"
RAIL_MANY = "回答只出自这些报告"
RAIL_FULL = "看报告全文"
RAIL_CONTENTS = "报告目录"

# citation as copied: “sentence”——《title》，part sub，date，link
CITATION = "“{sentence}”——《{title}》"

# error pages
NOT_FOUND = "没有这个页面"
NOT_FOUND_SAYS = "链接可能写错了，也可能页面已经搬走。"
NO_REPORT = "没有这份报告"
NO_REPORT_SAYS = "链接里的报告编号不在这里，可能已经换了编号或者移走了。"
BROKEN = "页面出错了"
BROKEN_SAYS = "不是您的问题。请过一会儿再试。"
HOME = "回到问答首页"

# no network
OFFLINE = "现在连不上网"
OFFLINE_SAYS = "没有网，查不了报告，所以不回答新的问题。连上网后按“再试一次”。"
OFFLINE_READ = "看过的报告，还能看"
OFFLINE_TALK = "断网前问过的"
OFFLINE_REPORT = "现在连不上网。这是上次打开时的报告，连上网后请再打开一次。"

# REST
API_TITLE = "有据接口"
API_SAYS = "问一份报告，得到它的原句和出处；报告没写就说没有。错误按 RFC 9457 说明。"
API_ASK = "问一个问题，得到报告原句和出处"
API_REPORTS = "有哪些报告"
API_FIGURES = "报告里的全部数字，按原文顺序"
API_CHECK = "核对一段稿子里的每个数字"
API_FEEDBACK = "记下一条反馈：有用或没用"
API_QUESTION = "问题，平常说话的方式就行"
API_HISTORY = "先前问过的问题，从早到晚；追问靠它理解"
API_ONLY = "只在这些报告里找；空表示全部"
API_K = "最多给几处原文"
API_TICKET = "上次回 503 时给的号；带着它再问，排队的位置不变"
API_TEXT = "稿子的文字"
API_ASKED_WHAT = "问的什么"
API_SENTENCE = "答的哪一句；没有答则为空"
API_VOTE = "up 有用，down 没用"
API_WHY = "哪里不对"
API_EXAMPLE_QUESTION = "热线满意率多少"
API_EXAMPLE_DRAFT = "热线工单2905件，满意率91.4%。"
API_REPORT = "报告编号；空表示全部"
API_ASKED = "回答：answered 为真时有 citations，否则有 reason 和 message"
API_DONE = "成功"
API_BODIES = {"AskBody": "一个问题", "CheckBody": "一段稿子", "FeedbackBody": "对一个回答的评价"}
API_NO_REPORT = "；有哪些报告，请看 GET /api/v1/reports"
API_CHECKED = "figures：稿子里的每个数字，各有一个结论"
MCP_SAYS = "从政府工作报告里取证据：每个回答都是报告原句，一字不改，带着出处和链接；answered 为假时报告没有写，请不要替报告说。"
MCP_FIGURES = "报告里的数字：列出句子里含有这些词的每个数字，连同指标、单位和句子编号"
MCP_FIND = "找句子：列出含有这些词的报告原句和链接"
MCP_WORDS = "句子里要有的词，几个词用空格隔开"
PROBLEMS = {
    400: "请求的内容读不懂",
    404: "没有这个地址或这份报告",
    405: "这个地址不接受这种请求",
    408: "发来得太慢，没有等到全部内容",
    413: "发来的内容太长",
    421: "这里不是这个网址",
    415: "请用 application/json 发送",
    422: "请求里的字段不对",
    429: "请求太快，请等几秒再试",
    500: "服务出错，请稍后再试",
    503: "现在忙不过来，或还在准备，请稍后再试",
}
REFUSED_SAYS = {
    429: "同一个网络里的人看得太多了。等十几秒，再刷新这一页。",
    408: "可能是网络不好。请换个网络再试，或把稿子的文字直接粘贴过来。",
    421: "请用公布的网址打开。",
    413: "这里一次最多收 {most}。请分成几份再试；要核对的稿子，也可以只粘贴文字。",
    503: "现在同时上传的人太多。请过十几秒再试。",
}
FIELD_WRONG = "字段 {field} 不对：{why}"
FIELD_MISSING = "没有填写"
FIELD_EXTRA = "没有这个字段，请核对名称"
FIELD_TYPE = "类型或取值不对"
FIELD_BODY = "不是合法的 JSON"
DRAFT_TOO_LONG = "稿子太长，请分几段核对，每段不超过 {most} 个字。"
FIELD_WHOLE = "整个请求"

SCRIPT = {
    "large": LARGE,
    "normal": NORMAL,
    "empty": EMPTY,
    "tooLong": TOO_LONG,
    "looking": LOOKING,
    "inLine": PLACE_IN_LINE,
    "failed": FAILED,
    "again": AGAIN,
    "offline": "网络断开了。上面的内容还能看，连上后再提问。",
    "online": "网络已连上，可以提问了。",
    "copied": "已复制",
    "copy": COPY,
    "stop": "停止朗读",
    "speak": SPEAK,
    "why": "哪里不对？选一个就行",
    "reasons": ["不是我问的", "没答全", "标错了数字", "看不懂", "其他"],
    "thanks": "已记下，谢谢您。",
    "notSaved": "没能记下，请再试一次。",
    "wechat": "点右上角“…”，选“发送给朋友”。也可以先复制链接。",
    "copyLink": "复制链接",
    "linkCopied": "链接已复制，可以发给别人了。",
    "byHand": "长按下面的文字，选“复制”：",
    "tellReason": "报告里其实写了",
    "found": "第 {number} 处，共 {count} 处",
    "notFound": "报告里没有这个词。",
    "gone": TARGET_GONE,
    "youAsked": YOU_ASKED,
}
