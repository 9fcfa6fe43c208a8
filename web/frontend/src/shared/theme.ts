// Element Plus pieces used imperatively (messages) need their styles named; the rest comes with each component.
import "element-plus/es/components/base/style/css";
import "element-plus/es/components/message/style/css";
import "element-plus/es/components/loading/style/css";
import "./tokens.css";
import "./layout.css";
