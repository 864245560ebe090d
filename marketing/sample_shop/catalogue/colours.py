"""The shop's paint box: muted, so that any two products look well side by side."""

from marketing.sample_shop.catalogue.blueprint import Colour, Text

COLOURS = {
    colour.code: colour
    for colour in (
        Colour("chalk", Text("Chalk", "粉白"), "#f4efe6", "light"),
        Colour("oat", Text("Oat", "燕麦色"), "#e2d5bf", "light"),
        Colour("sand", Text("Sand", "沙色"), "#d3b98f", "light"),
        Colour("mist", Text("Mist", "雾灰"), "#c3cbca", "light"),
        Colour("honey", Text("Honey", "蜂蜜色"), "#d9a24c", "warm"),
        Colour("mustard", Text("Mustard", "芥末黄"), "#cf9a2f", "warm"),
        Colour("terracotta", Text("Terracotta", "陶土红"), "#c4694a", "warm"),
        Colour("rust", Text("Rust", "铁锈红"), "#a84b2f", "warm"),
        Colour("brick", Text("Brick", "砖红"), "#9c4338", "warm"),
        Colour("walnut", Text("Walnut", "胡桃棕"), "#7a5238", "warm"),
        Colour("sage", Text("Sage", "鼠尾草绿"), "#9fb096", "green"),
        Colour("olive", Text("Olive", "橄榄绿"), "#7d8450", "green"),
        Colour("moss", Text("Moss", "苔藓绿"), "#5f7a4b", "green"),
        Colour("pine", Text("Pine", "松绿"), "#2f5d50", "green"),
        Colour("lagoon", Text("Lagoon", "湖青"), "#3e8a8c", "blue"),
        Colour("sky", Text("Sky", "天空蓝"), "#8fb6cc", "blue"),
        Colour("denim", Text("Denim", "丹宁蓝"), "#4f749c", "blue"),
        Colour("harbour", Text("Harbour Blue", "港湾蓝"), "#2c4a6b", "blue"),
        Colour("blush", Text("Blush", "腮红粉"), "#e3b8a8", "rose"),
        Colour("rose", Text("Rose", "玫瑰色"), "#c98390", "rose"),
        Colour("lilac", Text("Lilac", "丁香紫"), "#a99cc4", "rose"),
        Colour("plum", Text("Plum", "梅子紫"), "#6d4463", "rose"),
        Colour("slate", Text("Slate", "板岩灰"), "#64707a", "dark"),
        Colour("charcoal", Text("Charcoal", "炭黑"), "#3a3f44", "dark"),
    )
}
