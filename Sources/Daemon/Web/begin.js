// The last of the page's files: when all the others are there.
"use strict";

token();
drawCurveSoon();
listen();
openLinked();
