<CHANNEL HREF="http://cdf.example/" BASE="http://cdf.example/"><TITLE>Push</TITLE><ABSTRACT>ab</ABSTRACT><LOGO HREF="http://cdf.example/l.gif" STYLE="ICON"/>
<ITEM HREF="http://cdf.example/1" LASTMOD="1998-01-02T03:04"><TITLE>One</TITLE><ABSTRACT>first</ABSTRACT></ITEM></CHANNEL>
